/* パスキー: asks the browser for a passkey and posts its answer as JSON in the form's hidden field. There is no way
   without script: the page offers another factor instead. All words stand in the page; this only shows and hides them.

   <form data-passkey="get" data-passkey-options="{{ options }}" method="post">      ("create" to register one)
     <input type="hidden" name="passkey">
     <button type="button" data-passkey-part="use" hidden>パスキーで確認する</button>
     <div role="status">
       <p data-passkey-says="waiting" hidden>パスキーの確認を待っています。</p>
       <p data-passkey-says="refused" hidden>パスキーを使えませんでした。もう一度押すか、別の方法を選んでください。</p>
     </div>
   </form>

   `options` is what passkeys.proof_options or registration_options returned, escaped by the template.
*/
"use strict";

{
  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
  const toText = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const credentials = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

  const asked = (options) => ({
    ...options,
    challenge: toBytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: toBytes(options.user.id) } }),
    ...(options.rpId
      ? { allowCredentials: credentials(options.allowCredentials) }
      : { excludeCredentials: credentials(options.excludeCredentials) }),
  });

  const answered = (credential) => {
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature"];
    const given = parts.filter((name) => credential.response[name]);
    return JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response: Object.fromEntries(given.map((name) => [name, toText(credential.response[name])])),
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const use = form.querySelector('[data-passkey-part="use"]');
    const say = (word) => {
      for (const sentence of form.querySelectorAll("[data-passkey-says]")) {
        sentence.hidden = sentence.dataset.passkeySays !== word;
      }
    };

    const ask = async () => {
      use.disabled = true;
      say("waiting");
      try {
        const publicKey = asked(JSON.parse(form.dataset.passkeyOptions));
        const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
        form.elements.passkey.value = answered(credential);
        form.requestSubmit();
      } catch {
        use.disabled = false;
        say("refused");
        use.focus();
      }
    };

    if (use && window.PublicKeyCredential) {
      use.hidden = false;
      use.addEventListener("click", ask);
    }
  }
}
