#!/usr/bin/python3
"""Signs in as the sample's administrator, takes a picture of the overview and goes on until it is ended.

With the argument `once` it ends after the picture.
"""

import os
import sys

from app import GOOGLE, App
from stack import Stack


def main():
    stack = Stack()
    app = App(os.environ["PORTAL_SHOTS"])
    app.wait_for("button", GOOGLE, 60)
    app.sign_in(GOOGLE, stack.admin, stack.admin_code)
    app.until("the figures of the overview", lambda: app.reads(str(len(stack.active))))
    print(f"signed in; the overview: {app.screenshot('overview')}", flush=True)
    if "once" in sys.argv[1:]:
        app.quit()
        return 0
    print(f"serving at {os.environ['FSPORTAL_API_URL']}; Ctrl-C ends it all", flush=True)
    return app.process.wait()


if __name__ == "__main__":
    sys.exit(main())
