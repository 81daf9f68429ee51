"""URLs that every site has; screens of the systems join them in later issues."""

from django.urls import path

from todoke.sites import status
from todoke.sites.screens import grants, home, sessions, sign_in, staff

handler400 = "todoke.pages.failures.bad_request"
handler403 = "todoke.pages.failures.denied"
handler404 = "todoke.pages.failures.not_found"
handler500 = "todoke.sites.screens.answers.fault"

urlpatterns = [
    path("health", status.health, name="health"),
    path("", home.home, name="home"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-in/passkey", sign_in.passkey_options, name="passkey-options"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("step-up", sign_in.step_up, name="step-up"),
    path("staff", staff.staff, name="staff"),
    path("staff/<slug:staff_id>", staff.staff_person, name="staff-person"),
    path("grants", grants.grants, name="grants"),
    path("sessions", sessions.sessions, name="sessions"),
    path("alarms", sessions.alarms, name="alarms"),
]
