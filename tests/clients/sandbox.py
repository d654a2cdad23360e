"""Starts the sandbox as a process of its own, with more companies than fit on one page."""

import os
import re
import subprocess
import threading

COMPANIES = 700

# How many seconds making the world may take.
READY_WITHIN = 60

# What an integration needs to sign in; the sandbox's own defaults.
USER = "api-user@sandbox.test"
SECRET = "sandbox-secret"
CODE = "SANDBOX-TRACKING-ID"


class Sandbox:
    """A running sandbox; `url` is what Autotask's zone information would answer."""

    def __init__(self):
        program = os.environ.get("AUTOTASK_CRM_BIN")
        if not program:
            raise RuntimeError("AUTOTASK_CRM_BIN names the program; type `cargo xtask test --only clients`")
        arguments = ["sandbox", "--listen", "127.0.0.1:0", "--companies", str(COMPANIES), "--seed", "7"]
        self._process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True)
        # One that hangs is ended, and with it the reading below.
        patience = threading.Timer(READY_WITHIN, self._process.kill)
        patience.start()
        said = ""
        address = None
        for line in self._process.stdout:
            said += line
            address = re.match(r"Sandbox: (\S+)$", line)
            if address:
                break
        patience.cancel()
        if not address:
            self.stop()
            raise RuntimeError(f"the sandbox did not start: {said}")
        self.url = address[1]
        # Whatever proxy a person has, the way to this machine is short.
        os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"

    def stop(self):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
