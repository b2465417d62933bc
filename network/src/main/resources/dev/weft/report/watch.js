"use strict";
const part = (id) => document.getElementById(id);
const words = (seconds) => {
    const s = Math.round(seconds);
    if (s >= 3600) return Math.floor(s / 3600) + " h " + Math.floor((s % 3600) / 60) + " min left";
    return s >= 60 ? Math.floor(s / 60) + " min " + (s % 60) + " s left" : s + " s left";
};
async function ask() {
    let missed = 0;
    for (;;) {
        try {
            const answer = await fetch("progress.json");
            const now = await answer.json();
            missed = 0;
            part("stage").textContent = now.stage;
            part("left").textContent = "secondsLeft" in now ? words(now.secondsLeft) : "";
            if ("fraction" in now) part("bar").value = now.fraction;
            else part("bar").removeAttribute("value");
            // The program has escaped all text in it.
            part("charts").innerHTML = now.html;
        } catch (gone) {
            missed++;
            if (missed === 3) {
                part("left").textContent = "the run has ended, or the program is gone";
                document.body.className = "ended";
                return;
            }
        }
        await new Promise((done) => setTimeout(done, POLL_MILLIS));
    }
}
ask();
