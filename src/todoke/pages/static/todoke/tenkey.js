/* テンキー入力: in a form with data-tenkey, Enter goes to the next field, and from the last one to the button.

   Without script Enter sends the form, which is refused with the fields that are still empty. */
"use strict";

{
  const fields = (form) => [...form.elements].filter((one) => one.matches("input:not([type=hidden]), select, button"));

  document.addEventListener("keydown", (event) => {
    const form = event.target.form;
    if (event.key !== "Enter" || event.isComposing || !form?.matches("[data-tenkey]") || event.target.matches("button")) return;
    event.preventDefault();
    const all = fields(form);
    const next = all[all.indexOf(event.target) + 1];
    next?.focus();
    next?.select?.();
  });

  const empty = (one) => (one.type === "checkbox" ? !one.checked : !one.value);
  const inputs = [...document.querySelectorAll("form[data-tenkey] input:not([type=hidden])")];
  if (!document.querySelector("[role=alert]")) (inputs.find(empty) ?? inputs[0])?.focus();
}
