/* 連続スキャン: sends each sheet beside the page, one after the other, so that a scanner need not wait for the page.

   <section id="answer" data-lost="…">   what the last sheet was answered; a live region that stays
   <section id="loop"><form id="scan">   the one field; it is empty again before the answer is there

   A sheet that was read while another was answered is sent with the form that came with that answer: after a stop the
   server takes it for what it is, a sheet that was scanned without looking. Without script the page is sent as usual. */
"use strict";

{
  const part = (id, root = document) => root.getElementById(id);
  let last = Promise.resolve();

  const show = (fresh) => {
    const typed = part("scan")?.elements.key.value ?? "";
    part("answer").replaceChildren(...part("answer", fresh).childNodes);
    part("loop").replaceWith(part("loop", fresh));
    document.title = fresh.title;
    const field = part("scan").elements.key;
    field.value = typed;
    field.focus();
  };

  const lost = () => {
    const said = document.createElement("p");
    said.className = "banner fail large";
    said.textContent = part("answer").dataset.lost;
    part("answer").replaceChildren(said);
  };

  const send = async (key) => {
    const form = part("scan");
    const body = new FormData(form);
    body.set("key", key);
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
    const fresh = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
    if (fresh && part("answer", fresh)) show(fresh);
    else lost();
  };

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "scan") return;
    event.preventDefault();
    const field = event.target.elements.key;
    const key = field.value;
    field.value = "";
    last = last.then(() => send(key));
  });
}
