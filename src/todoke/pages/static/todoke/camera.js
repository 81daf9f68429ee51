/* 画像認証: takes one picture into the form's own file field. Without this script the field stays, and the browser
   offers its camera (capture="user"). All words stand in the page; this only shows and hides them.

   <form data-camera method="post" enctype="multipart/form-data">
     <input type="file" name="face" accept="image/jpeg,image/png" capture="user" required>
     <div data-camera-part="live" hidden>
       <button type="button" data-camera-part="start">カメラを使う</button>
       <video data-camera-part="view" muted playsinline hidden aria-label="カメラの映像"></video>
       <canvas data-camera-part="still" hidden role="img" aria-label="撮影した写真"></canvas>
       <button type="button" data-camera-part="take" hidden>撮影する</button>
     </div>
     <div role="status">
       <p data-camera-says="ready" hidden>顔全体が写るようにして、「撮影する」を押してください。</p>
       <p data-camera-says="taken" hidden>撮影しました。よければ送信してください。</p>
       <p data-camera-says="refused" hidden>カメラを使えません。写真のファイルを選んでください。</p>
     </div>
     <button type="submit">サインイン</button>
   </form>
*/
"use strict";

for (const form of document.querySelectorAll("form[data-camera]")) {
  const file = form.querySelector('input[type="file"]');
  const part = (name) => form.querySelector(`[data-camera-part="${name}"]`);
  const [live, start, view, still, take] = ["live", "start", "view", "still", "take"].map(part);
  const longest = 1280;
  let stream = null;

  const show = (element, shown) => {
    element.hidden = !shown;
  };
  const say = (word) => {
    for (const sentence of form.querySelectorAll("[data-camera-says]")) {
      show(sentence, sentence.dataset.cameraSays === word);
    }
  };
  const stop = () => {
    for (const track of stream ? stream.getTracks() : []) {
      track.stop();
    }
    stream = null;
    view.srcObject = null;
    show(view, false);
    show(take, false);
    show(start, true);
  };

  const begin = async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", width: { ideal: longest } } });
      view.srcObject = stream;
      await view.play();
    } catch {
      stop();
      say("refused");
      file.focus();
      return;
    }
    show(still, false);
    show(start, false);
    show(view, true);
    show(take, true);
    say("ready");
    take.focus();
  };

  const keep = (picture) => {
    const files = new DataTransfer();
    files.items.add(new File([picture], "face.jpg", { type: "image/jpeg" }));
    file.files = files.files;
    stop();
    show(still, true);
    say("taken");
    form.querySelector('[type="submit"]').focus();
  };

  const shoot = () => {
    const scale = Math.min(1, longest / Math.max(view.videoWidth, view.videoHeight));
    still.width = Math.round(view.videoWidth * scale);
    still.height = Math.round(view.videoHeight * scale);
    still.getContext("2d").drawImage(view, 0, 0, still.width, still.height);
    still.toBlob((picture) => (picture ? keep(picture) : say("refused")), "image/jpeg", 0.92);
  };

  if (navigator.mediaDevices && file && live) {
    show(live, true);
    start.addEventListener("click", begin);
    take.addEventListener("click", shoot);
    window.addEventListener("pagehide", stop);
  }
}
