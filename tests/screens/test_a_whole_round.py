"""One round of the benefit in the browser, by keyboard alone: each role does its own part, one after the other (story/)."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.browser import Examiner
from tests.screens import decided_office
from tests.screens.office import Office
from tests.screens.story import afterwards, forms, judging, letters, money
from tests.screens.story.cast import MORE, Story
from tests.systems import city
from todoke.systems.benefits import jobs


def test_everybody_does_their_part_from_the_register_to_the_last_look(
    office: Office, examiner: Examiner, chromium: Browser, tmp_path: Path
) -> None:
    registered = decided_office.registered_office(tmp_path, also=MORE)
    story = Story(office=office, examiner=examiner, chromium=chromium, folder=tmp_path)

    judging.an_officer_imports_the_tax_file(story)
    decided_office.judged(registered)
    judging.the_programme_is_changed_by_two(story)
    jobs.overview(decided_office.PROGRAMME, by=city.actor(city.CLERK))
    jobs.number_cases(decided_office.PROGRAMME, by=city.actor(city.CLERK))

    letters.an_officer_prints_the_forms(story)
    letters.the_letters_go_to_the_post_by_two(story)

    forms.the_mail_room_scans_the_form(story)
    forms.two_key_it_and_a_third_settles_their_difference(story)
    forms.an_examiner_concludes(story)
    forms.others_apply_on_line(story)
    forms.an_approver_sends_one_back(story)
    forms.an_approver_approves_in_bulk(story, "chief2", "3", "300,000")
    letters.envelopes_come_back_and_one_goes_again(story)

    money.the_section_prepares_a_batch(story)
    money.treasury_releases_it_and_takes_one_file(story)
    afterwards.a_caller_is_answered(story)
    money.the_bank_cannot_pay_one(story)
    money.an_officer_corrects_the_account(story)
    forms.examined_again(story, "exam3")
    forms.an_approver_approves_in_bulk(story, "chief3", "1", "100,000")
    money.it_is_paid_by_a_new_attempt(story)

    afterwards.an_auditor_reads_who_looked(story)
    afterwards.an_administrator_sees_how_it_stands(story)
