"""One table a file; every model is named here so that Django finds it."""

from todoke.systems.inquiry.models.answer_file import AnswerFile
from todoke.systems.inquiry.models.finding import Finding
from todoke.systems.inquiry.models.order import Order
from todoke.systems.inquiry.models.query import Query
from todoke.systems.inquiry.models.received_answer import ReceivedAnswer
from todoke.systems.inquiry.models.request_file import RequestFile
from todoke.systems.inquiry.models.subject import Subject

__all__ = ["AnswerFile", "Finding", "Order", "Query", "ReceivedAnswer", "RequestFile", "Subject"]
