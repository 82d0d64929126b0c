/* What stands around the text: contents on small screens, the size of the letters. */

import { say } from "./room.js";

const SIZES = ["", "1.375rem", "1.0625rem"];

export function startFrame(room, relay) {
  const rail = document.querySelector("#contents");
  let opener = null;
  for (const button of document.querySelectorAll("[data-contents]")) {
    button.addEventListener("click", () => {
      const up = rail.classList.toggle("up");
      opener = button;
      button.setAttribute("aria-expanded", up);
      if (up) rail.querySelector("a, summary")?.focus();
    });
  }
  /** Closes the contents where they are a sheet; whether they were open. */
  room.closeContents = () => {
    if (!rail.classList.contains("up")) return false;
    rail.classList.remove("up");
    opener?.setAttribute("aria-expanded", "false");
    opener?.focus();
    return true;
  };
  rail.querySelector("[data-close-contents]").addEventListener("click", () => room.closeContents());
  rail.addEventListener("click", (event) => event.target.closest("a") && rail.classList.remove("up"));

  let size = Number(localStorage.getItem("text-size")) || 0;
  const show = () => document.documentElement.style.setProperty("--read", SIZES[size] || "");
  show();
  for (const button of document.querySelectorAll("[data-size]")) {
    button.addEventListener("click", () => {
      size = (size + 1) % SIZES.length;
      localStorage.setItem("text-size", size);
      show();
      say(room.words.sizes[size]);
      relay();
    });
  }
}
