"""One table a file; every model is named here so that Django finds it."""

from todoke.systems.benefits.models.answer import Answer, AnswerImport
from todoke.systems.benefits.models.appeal import Appeal
from todoke.systems.benefits.models.application import Application
from todoke.systems.benefits.models.approval_limit import ApprovalLimit
from todoke.systems.benefits.models.arrival import Arrival
from todoke.systems.benefits.models.bank_branch import BankBranch, BankList
from todoke.systems.benefits.models.bank_result import (
    AccountCorrection,
    Recall,
    ResultFile,
    TransferResult,
)
from todoke.systems.benefits.models.call import Call, CallCheck, CallNote, CallReturn
from todoke.systems.benefits.models.cancellation import BatchCancellation
from todoke.systems.benefits.models.case import Case, CaseTally
from todoke.systems.benefits.models.day_end import BankDebit, DayClosing
from todoke.systems.benefits.models.day_tally import DayTally
from todoke.systems.benefits.models.decision import Decision, DecisionInput, DecisionRun
from todoke.systems.benefits.models.declared_income import DeclaredIncome
from todoke.systems.benefits.models.decline import Decline
from todoke.systems.benefits.models.edition_work import EditionWork
from todoke.systems.benefits.models.examination import Approval, ApprovalReturn, Examination
from todoke.systems.benefits.models.file_import import FileImport, ImportLimit, ImportTotal
from todoke.systems.benefits.models.form_entry import FormEntry, FormImage
from todoke.systems.benefits.models.inquiry_order import InquiryOrder
from todoke.systems.benefits.models.letter import Letter, LetterFile
from todoke.systems.benefits.models.mailing import Mailing, MailingFile, PrinterCount, Pull
from todoke.systems.benefits.models.overview import JudgedCount, JudgedHousehold, MissingCount, MissingStatus
from todoke.systems.benefits.models.paper import Box, Paper, PaperDisposal, PaperMove
from todoke.systems.benefits.models.payment import (
    BankFile,
    BatchRelease,
    FileHandover,
    Payment,
    PaymentBatch,
    Transfer,
)
from todoke.systems.benefits.models.print_work import PrintWork, Reprint
from todoke.systems.benefits.models.programme import RegisteredProgramme
from todoke.systems.benefits.models.programme_edition import EditionTrial, ProgrammeEdition
from todoke.systems.benefits.models.protected_letter import Destination, ProtectedLetter
from todoke.systems.benefits.models.redating import Redating
from todoke.systems.benefits.models.refund import (
    Refund,
    RefundInstalment,
    RefundReceipt,
    RefundReminder,
    RefundReversal,
    RefundWriteOff,
)
from todoke.systems.benefits.models.register import Register, RegisterEntry, Resident
from todoke.systems.benefits.models.returned_mail import ResendOrder, ReturnedMail
from todoke.systems.benefits.models.search import Contact, Search
from todoke.systems.benefits.models.shielded import Shielded
from todoke.systems.benefits.models.source import Source
from todoke.systems.benefits.models.status_count import StatusCount
from todoke.systems.benefits.models.tax_certificate import TaxCertificate

__all__ = [
    "AccountCorrection",
    "Answer",
    "AnswerImport",
    "Appeal",
    "Application",
    "Approval",
    "ApprovalLimit",
    "ApprovalReturn",
    "Arrival",
    "BankBranch",
    "BankDebit",
    "BankFile",
    "BankList",
    "BatchCancellation",
    "BatchRelease",
    "Box",
    "Call",
    "CallCheck",
    "CallNote",
    "CallReturn",
    "Case",
    "CaseTally",
    "Contact",
    "DayClosing",
    "DayTally",
    "Decision",
    "DecisionInput",
    "DecisionRun",
    "DeclaredIncome",
    "Decline",
    "Destination",
    "EditionTrial",
    "EditionWork",
    "Examination",
    "FileHandover",
    "FileImport",
    "FormEntry",
    "FormImage",
    "ImportLimit",
    "ImportTotal",
    "InquiryOrder",
    "JudgedCount",
    "JudgedHousehold",
    "Letter",
    "LetterFile",
    "Mailing",
    "MailingFile",
    "MissingCount",
    "MissingStatus",
    "Paper",
    "PaperDisposal",
    "PaperMove",
    "Payment",
    "PaymentBatch",
    "PrintWork",
    "PrinterCount",
    "ProgrammeEdition",
    "ProtectedLetter",
    "Pull",
    "Recall",
    "Redating",
    "Refund",
    "RefundInstalment",
    "RefundReceipt",
    "RefundReminder",
    "RefundReversal",
    "RefundWriteOff",
    "Register",
    "RegisterEntry",
    "RegisteredProgramme",
    "Reprint",
    "ResendOrder",
    "Resident",
    "ResultFile",
    "ReturnedMail",
    "Search",
    "Shielded",
    "Source",
    "StatusCount",
    "TaxCertificate",
    "Transfer",
    "TransferResult",
]
