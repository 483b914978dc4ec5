"use strict";
// Sends dropped files, follows open analyses, asks before erasing. Everything else is there without it.
(() => {
  const add = (parent, kind, text, attributes = {}) => {
    const made = document.createElement(kind);
    made.textContent = text;
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    parent.append(made);
    return made;
  };

  const sendOne = (file, box, most) => {
    const line = add(document.getElementById("uploads"), "li", file.name + " ");
    if (file.size > most) {
      add(line, "strong", "is too large for this server.");
      return Promise.resolve();
    }
    const bar = add(line, "progress", "", { max: 100, value: 0, "aria-label": "Sending " + file.name });
    const query = new URLSearchParams({ name: file.name });
    ["thorough", "overlay"].forEach((name) => query.set(name, document.getElementById(name).checked));
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", "/v1/analyses?" + query);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.responseType = "json";
      request.upload.onprogress = (event) => { bar.value = event.lengthComputable ? (100 * event.loaded) / event.total : 0; };
      request.onload = () => {
        bar.remove();
        const answer = request.response || {};
        if (request.status < 300) add(line, "a", "sent: follow it", { href: "/analyses/" + answer.id });
        else add(line, "strong", (answer.title || "was refused") + ": " + (answer.detail || request.status));
        resolve(request.status < 300 ? answer : undefined);
      };
      request.onerror = () => { bar.remove(); add(line, "strong", "could not be sent: the server does not answer."); resolve(); };
      request.send(file);
    });
  };

  const sendAll = async (files, box) => {
    const sent = [];
    for (const file of files) sent.push(await sendOne(file, box, Number(box.dataset.most)));
    const arrived = sent.filter(Boolean);
    if (sent.length === 1 && arrived.length === 1) location.assign("/analyses/" + arrived[0].id);
    else if (arrived.length === sent.length) location.reload();
  };

  const box = document.getElementById("drop");
  if (box) {
    const input = document.getElementById("files");
    input.addEventListener("change", () => sendAll([...input.files], box));
    ["dragover", "dragenter"].forEach((name) => box.addEventListener(name, (event) => { event.preventDefault(); box.classList.add("over"); }));
    box.addEventListener("dragleave", () => box.classList.remove("over"));
    box.addEventListener("drop", (event) => { event.preventDefault(); box.classList.remove("over"); sendAll([...event.dataTransfer.files], box); });
  }

  const OPEN = ["queued", "running"];
  const follow = document.getElementById("follow");
  if (follow) {
    const stages = JSON.parse(follow.dataset.stages);
    const order = Object.keys(stages);
    const show = (analysis) => {
      if (!OPEN.includes(analysis.state)) { location.reload(); return; }
      const standing = analysis.progress;
      if (!standing) return;
      document.getElementById("stage").textContent = stages[standing.stage];
      document.getElementById("percent").value = standing.percent;
      follow.querySelectorAll("[data-stage]").forEach((item) => {
        const place = order.indexOf(item.dataset.stage) - order.indexOf(standing.stage);
        item.className = place < 0 ? "over" : place === 0 ? "now" : "";
      });
      const faces = document.getElementById("faces");
      faces.replaceChildren();
      standing.faces.forEach((face) => {
        const seconds = face.scored.reduce((sum, [from, to]) => sum + to - from, 0);
        add(faces, "p", "Face " + (face.face + 1) + ": " + seconds.toFixed(1) + " s scored so far");
        const track = add(faces, "div", "", { class: "track", "aria-hidden": "true" });
        face.scored.forEach(([from, to]) => {
          const mark = add(track, "i", "");
          const whole = standing.duration || to;
          mark.style.left = (100 * from) / whole + "%";
          mark.style.width = (100 * (to - from)) / whole + "%";
        });
      });
    };
    const source = new EventSource("/v1/analyses/" + follow.dataset.id + "/events");
    source.addEventListener("analysis", (event) => {
      const analysis = JSON.parse(event.data);
      if (!OPEN.includes(analysis.state)) source.close();
      show(analysis);
    });
  }

  const open = [...document.querySelectorAll("[data-open]")];
  if (open.length) {
    const look = async () => {
      let ended = false;
      for (const row of open) {
        const answer = await fetch("/v1/analyses/" + row.dataset.open).catch(() => undefined);
        if (!answer || !answer.ok) continue;
        const analysis = await answer.json();
        ended = ended || !OPEN.includes(analysis.state);
        if (analysis.progress) row.querySelector(".word").textContent = "Running, " + Math.round(analysis.progress.percent) + " %";
      }
      const busy = document.querySelector("#uploads progress") || document.querySelector("#list input:checked");
      if (ended && !busy) location.reload();
      else setTimeout(look, 2000);
    };
    setTimeout(look, 1500);
  }

  document.querySelectorAll("form[data-confirm]").forEach((form) =>
    form.addEventListener("submit", (event) => { if (!confirm(form.dataset.confirm)) event.preventDefault(); }));
})();
