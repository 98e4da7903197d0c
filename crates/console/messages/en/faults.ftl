### What went wrong, and what to do about it: a message for each code, and one with `-do` after it.

fault-not-found = There is nothing here
fault-not-found-do = Check the address. It may also be that your roles do not let you see it.
fault-conflict = Somebody was faster
fault-conflict-do = What you wanted to change looks different now. Go back, look again, and decide once more.
fault-invalid = This cannot be done so
fault-invalid-do = Go back and check what you wrote or chose. Nothing was changed.
fault-unavailable = The database does not answer
fault-unavailable-do = Nothing was half done. Wait a moment and try again.
fault-internal = Something broke at our side
fault-internal-do = It is not your fault. Try again; if it happens once more, tell the operator at what time it was.
