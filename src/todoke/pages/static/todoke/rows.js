/* 一覧の行を矢印で移る: the arrows move between the links marked `data-row`. Without script, Tab does the same. */
"use strict";

{
  const rows = [...document.querySelectorAll("[data-row]")];
  const steps = { ArrowDown: 1, ArrowUp: -1 };

  document.addEventListener("keydown", (event) => {
    const place = rows.indexOf(document.activeElement);
    const next = rows[place + (steps[event.key] || 0)];
    if (place < 0 || !steps[event.key] || !next) return;
    event.preventDefault();
    next.focus();
  });
}
