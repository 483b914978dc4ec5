"use strict";
// Play-along, and nothing else: the page says the same without it. One moment a video; the cursors of all its faces, what
// the nearest clip says and the evidence frame nearest in time follow it. The video itself may be opened beside; it stays here.
(() => {
  const LONGEST_RUN = 30; // seconds; without the film, longer videos are run through faster
  const LEAST_REACH = 0.5; // seconds
  const LARGEST_HASHED = 2 ** 29; // bytes; a hash needs the whole file in memory

  const clock = (seconds) => {
    const tenths = Math.round(10 * Math.max(0, seconds));
    const whole = Math.floor(tenths / 10);
    const two = (number) => String(number).padStart(2, "0");
    const minutes = Math.floor(whole / 60);
    const front = minutes < 60 ? String(minutes) : Math.floor(minutes / 60) + ":" + two(minutes % 60);
    return front + ":" + two(whole % 60) + "." + (tenths % 10);
  };

  const nearest = (times, moment) =>
    times.reduce((best, time, place) => (Math.abs(time - moment) < Math.abs(times[best] - moment) ? place : best), 0);

  // The cursor on one drawing, and the moment of a click there. The time axis runs from `left` to `right` of its edges.
  const onDrawing = (holder, duration, jump) => {
    const drawing = holder.querySelector("svg");
    const [left, right, top, bottom] = holder.dataset.axis.split(" ").map(Number);
    const { width, height } = drawing.viewBox.baseVal;
    const line = document.createElementNS(drawing.namespaceURI, "line");
    const marks = { class: "cursor", y1: top, y2: height - bottom };
    Object.entries(marks).forEach(([name, value]) => line.setAttribute(name, value));
    drawing.append(line);
    holder.classList.add("live");
    holder.addEventListener("click", (event) => {
      const box = drawing.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * width;
      jump(((x - left) / (width - left - right)) * duration);
    });
    return (moment) => {
      const x = left + (duration > 0 ? moment / duration : 0) * (width - left - right);
      ["x1", "x2"].forEach((name) => line.setAttribute(name, x.toFixed(2)));
    };
  };

  // One person's bar: button, slider, words and evidence frame. Gives the function that shows a moment.
  const setUpPerson = (bar, duration, jump, toggle) => {
    const person = bar.closest(".person");
    const [button, slider, said] = ["button", "input", "output"].map((name) => bar.querySelector(name));
    const clips = JSON.parse(bar.dataset.clips); // [middle in seconds, probability in words, level 0 to 2]
    const words = JSON.parse(bar.dataset.words);
    const middles = clips.map((clip) => clip[0]);
    const gaps = middles.slice(1).map((time, place) => time - middles[place]).sort((one, other) => one - other);
    const reach = Math.max(LEAST_REACH, 0.75 * (gaps[gaps.length >> 1] || 0)); // so far a clip speaks for its surroundings
    const shots = [...person.querySelectorAll(".shot")];
    const times = shots.map((shot) => Number(shot.dataset.time));
    const picture = bar.querySelector(".now");
    const cursors = [...person.querySelectorAll(".drawing > div")].map((one) => onDrawing(one, duration, jump));
    let shown = -1;
    slider.max = duration;
    slider.addEventListener("input", () => jump(Number(slider.value)));
    button.addEventListener("click", toggle);
    bar.hidden = false;
    return (moment, playing) => {
      cursors.forEach((move) => move(moment));
      const clip = clips[nearest(middles, moment)];
      const near = Math.abs(clip[0] - moment) <= reach;
      const [, chance, level] = near ? clip : [0, "", -1];
      const line = near ? bar.dataset.said.replace("{chance}", chance) : bar.dataset.absent;
      said.textContent = clock(moment) + " \u00b7 " + line.replace("{word}", words[level]);
      said.dataset.level = level;
      slider.value = moment;
      slider.setAttribute("aria-valuetext", said.textContent);
      button.textContent = playing ? bar.dataset.pause : bar.dataset.play;
      const place = shots.length ? nearest(times, moment) : -1;
      if (place !== shown) {
        shown = place;
        picture.querySelector(".when").textContent = shots[place].querySelector(".when").textContent;
        picture.querySelector(".faces").replaceChildren(...shots[place].querySelector(".faces").cloneNode(true).children);
        picture.hidden = false;
      }
    };
  };

  // true or false: the file is the examined one or not; null: that cannot be told here.
  const isExamined = async (file, wanted) => {
    if (!window.crypto || !crypto.subtle || file.size > LARGEST_HASHED) return null;
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("") === wanted;
  };

  const setUpFilm = (place, film) => {
    const told = place.querySelector("output");
    place.querySelector("input").addEventListener("change", async (event) => {
      const [file] = event.target.files;
      if (!file) return;
      URL.revokeObjectURL(film.src);
      film.src = URL.createObjectURL(file);
      film.hidden = false;
      told.textContent = place.dataset.checking;
      const same = await isExamined(file, place.dataset.sha256).catch(() => null);
      told.textContent = same === null ? place.dataset.unchecked : same ? place.dataset.same : place.dataset.other;
      told.dataset.level = same === false ? 2 : 0;
    });
    film.addEventListener("error", () => {
      film.hidden = true;
      told.textContent = place.dataset.unplayable;
    });
    place.hidden = false;
  };

  const setUpVideo = (article) => {
    const bars = [...article.querySelectorAll(".play")];
    if (!bars.length) return;
    const place = article.querySelector(".film");
    const film = place.querySelector("video");
    const duration = Number(place.dataset.duration);
    let moment = 0;
    let playing = false;
    let before = 0;
    const show = () => people.forEach((person) => person(moment, playing));
    const jump = (wanted) => {
      moment = Math.min(Math.max(wanted, 0), duration);
      if (!film.hidden) film.currentTime = moment;
      show();
    };
    const step = (now) => {
      if (!playing) return;
      const speed = Math.max(1, duration / LONGEST_RUN);
      moment = Math.min(film.hidden ? moment + (speed * (now - before)) / 1000 : film.currentTime, duration);
      before = now;
      if (film.hidden && moment >= duration) playing = false;
      show();
      requestAnimationFrame(step);
    };
    const start = () => {
      playing = true;
      before = performance.now();
      requestAnimationFrame(step);
      show();
    };
    const stop = () => {
      playing = false;
      show();
    };
    const toggle = () => {
      if (!playing && moment >= duration) jump(0);
      if (film.hidden) playing ? stop() : start();
      else playing ? film.pause() : film.play();
    };
    const people = bars.map((bar) => setUpPerson(bar, duration, jump, toggle));
    setUpFilm(place, film);
    film.addEventListener("loadeddata", () => jump(moment));
    film.addEventListener("play", start);
    film.addEventListener("pause", stop);
    film.addEventListener("seeked", () => {
      moment = Math.min(film.currentTime, duration);
      show();
    });
    show();
  };

  document.querySelectorAll("article.video").forEach(setUpVideo);
})();
