"""URLs that every site has, and those of its systems' screens."""

from django.urls import path, re_path

from todoke.sites import metrics, status, system_webs
from todoke.sites.screens import (
    contracts,
    credentials,
    exports,
    grants,
    home,
    log,
    matrix,
    mine,
    personnel,
    sessions,
    sign_in,
    staff,
    terminals,
    training,
)

handler400 = "todoke.pages.failures.bad_request"
handler403 = "todoke.pages.failures.denied"
handler404 = "todoke.pages.failures.not_found"
handler500 = "todoke.pages.failures.fault"

urlpatterns = [
    path("health", status.health, name="health"),
    path("metrics", metrics.metrics, name="metrics"),
    path("", home.home, name="home"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("password", mine.password, name="password"),
    path("face", mine.face, name="my-face"),
    path("duty", mine.duty, name="duty"),
    path("passkey/new", mine.passkey_new, name="passkey-new"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("step-up", sign_in.step_up, name="step-up"),
    path("staff", staff.staff, name="staff"),
    path("staff/<slug:staff_id>", staff.staff_person, name="staff-person"),
    path("staff/<slug:staff_id>/password", credentials.staff_password, name="staff-password"),
    path("staff/<slug:staff_id>/face", credentials.staff_face, name="staff-face"),
    path("staff/<slug:staff_id>/passkey", credentials.staff_passkey, name="staff-passkey"),
    path("staff/<slug:staff_id>/unlock", credentials.staff_unlock, name="staff-unlock"),
    path("staff/<slug:staff_id>/grant", grants.grant_request, name="grant-request"),
    path("grants", grants.grants, name="grants"),
    path("grants/<int:grant_id>", grants.grant, name="grant"),
    path("grants/<int:grant_id>/set", grants.grant_set, name="grant-set"),
    path("grants/<int:grant_id>/confirm", grants.grant_confirm, name="grant-confirm"),
    path("grants/<int:grant_id>/revoke", grants.grant_revoke, name="grant-revoke"),
    path("grants/matrix", matrix.show, name="matrix"),
    re_path(r"^grants/matrix\.(?P<form>xlsx|pdf)$", matrix.download, name="matrix-file"),
    path("sessions", sessions.sessions, name="sessions"),
    path("sessions/<int:session_id>/end", sessions.session_end, name="session-end"),
    path("sessions/<int:session_id>/take-over", sessions.session_take_over, name="session-take-over"),
    path("alarms", sessions.alarms, name="alarms"),
    path("personnel", personnel.personnel, name="personnel"),
    path("personnel/<slug:digest>", personnel.personnel_check, name="personnel-check"),
    path("contracts", contracts.contracts, name="contracts"),
    path("contracts/new", contracts.contract_new, name="contract-new"),
    path("training", training.training, name="training"),
    path("training/new", training.training_new, name="training-new"),
    path("terminals", terminals.terminals, name="terminals"),
    path("terminals/new", terminals.terminal_new, name="terminal-new"),
    path("terminals/<slug:name>/withdraw", terminals.terminal_withdraw, name="terminal-withdraw"),
    path("exports", exports.exports, name="exports"),
    path("exports/new", exports.export_new, name="export-new"),
    path("exports/<slug:alias>/<int:number>", exports.export, name="export"),
    path("exports/<slug:alias>/<int:number>/approve", exports.export_approve, name="export-approve"),
    path("exports/<slug:alias>/<int:number>/refuse", exports.export_refuse, name="export-refuse"),
    path("exports/<slug:alias>/<int:number>/make", exports.export_make, name="export-make"),
    path("exports/<slug:alias>/<int:number>/file", exports.export_file, name="export-file"),
    path("log", log.log, name="log"),
    path("log/purpose", log.log_purpose, name="log-purpose"),
    path("log/unusual", log.log_unusual, name="log-unusual"),
    path("log/sheet", log.log_sheet, name="log-sheet"),
    path("log/person", log.log_person, name="log-person"),
    *system_webs.urlpatterns(),
]
