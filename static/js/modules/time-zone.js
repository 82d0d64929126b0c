/* A list of time zones in a form of which nothing is known yet begins with the browser's own.

   <form data-module="time-zone"><select name="time_zone">...</select></form> */

import { start } from "../app.js";

start("time-zone", (form) => {
  const zones = form.elements.time_zone;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zones.options].some((option) => option.value === here)) zones.value = here;
});
