/* 自動更新: fetches the page again and replaces the parts marked `data-live`, by their id, until none is marked.
   Then it is loaded once more, for heading and buttons have changed as well; not while a person is at a field.

   <section id="progress" data-live="5" aria-live="polite">…</section>        (every 5 seconds)

   Without script the page offers a link that loads it again. The server does not take this for a person at the keys
   (header Todoke-Live), so a page left open still ends by itself when the session does.
*/
"use strict";

{
  const parts = () => [...document.querySelectorAll("[data-live][id]")];
  const rest = () => Math.max(2, Math.min(...parts().map((part) => Number(part.dataset.live) || 10))) * 1000;

  const refresh = async () => {
    if (!document.hidden) {
      const answer = await fetch(location.href, { headers: { "Todoke-Live": "1" }, redirect: "manual" }).catch(() => null);
      if (answer && !answer.ok) return location.reload();  // the session is over, or the page is gone: show that
      if (answer) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const part of parts()) {
          const next = fresh.getElementById(part.id);
          if (next && next.outerHTML !== part.outerHTML && !part.contains(document.activeElement)) part.replaceWith(next);
        }
      }
    }
    if (parts().length) setTimeout(refresh, rest());
    else if (!document.activeElement?.matches("input, select, textarea")) location.reload();
  };

  if (parts().length) setTimeout(refresh, rest());
}
