/* テンキー入力: in a form with data-tenkey, Enter goes to the next field, and from the last one to the button.

   A field with data-when="name:pattern" is passed over unless what stands in that other field fits: what is asked of some forms only.

   Without script Enter sends the form, which is refused with the fields that are still empty. */
"use strict";

{
  const asked = (one) => {
    const [name, pattern] = one.dataset.when?.split(":") ?? [];
    return !name || new RegExp(pattern).test(one.form.elements[name].value.normalize("NFKC").trim());
  };
  const fields = (form) => [...form.elements].filter((one) => one.matches("input:not([type=hidden]), select, button"));

  document.addEventListener("keydown", (event) => {
    const form = event.target.form;
    if (event.key !== "Enter" || event.isComposing || !form?.matches("[data-tenkey]") || event.target.matches("button")) return;
    event.preventDefault();
    const all = fields(form);
    const next = all.slice(all.indexOf(event.target) + 1).find(asked);
    next?.focus();
    next?.select?.();
  });

  const empty = (one) => (one.type === "checkbox" ? !one.checked : !one.value);
  const inputs = [...document.querySelectorAll("form[data-tenkey] input:not([type=hidden])")];
  if (!document.querySelector("[role=alert]")) (inputs.find((one) => empty(one) && asked(one)) ?? inputs[0])?.focus();
}
