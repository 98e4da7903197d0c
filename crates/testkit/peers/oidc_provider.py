"""An OpenID provider for tests: `oidc-provider-mock`, which can be told to misbehave.

Prints one JSON object a line: first {"ready": {"issuer": URL}}. A line on standard input is a JSON object
with some of these keys, and is answered with {"done": true}:

  token_host    the host for which the token endpoint issues ID tokens (null: its own): the wrong issuer
  keeps_codes   whether a code can be used again
  auth_age_s    how many seconds ago the user signed in at the provider; null: the ID token does not say

Every subject can sign in; `ada` has the claim `employee`, too. The end of standard input ends the program.
"""

import json
import logging
import os
import sys
import time
import warnings

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import oidc_provider_mock
from oidc_provider_mock import _app, _storage

state = {"token_host": None, "keeps_codes": False, "auth_age_s": 0}


def say(value):
    print(json.dumps(value), flush=True)


def with_wrong_host(application):
    """Has the token endpoint believe that it is at another host, which it names as the issuer."""

    def answer(environ, start_response):
        if environ["PATH_INFO"] == "/oauth2/token" and state["token_host"]:
            environ["HTTP_HOST"] = state["token_host"]
        return application(environ, start_response)

    return answer


delete_code = _app.AuthorizationCodeGrant.delete_authorization_code


def delete_unless_kept(self, code):
    if not state["keeps_codes"]:
        delete_code(self, code)


claims_of_client = _app.OpenIDCode.get_compatible_claims


def claims_without_time(self, request):
    claims = claims_of_client(self, request)
    claims.pop("auth_time", None)
    return claims


def signed_in_at(self):
    age = state["auth_age_s"]
    return None if age is None else int(time.time()) - age


def main():
    _app.AuthorizationCodeGrant.delete_authorization_code = delete_unless_kept
    _app.OpenIDCode.get_compatible_claims = claims_without_time
    _storage.AuthorizationCode.get_auth_time = signed_in_at
    ada = _storage.User(sub="ada", claims={"employee": "e-17", "email": "ada@example.org"})
    with oidc_provider_mock.run_server_in_thread(user_claims=[ada]) as server:
        server.app = with_wrong_host(server.app)
        say({"ready": {"issuer": f"http://localhost:{server.server_port}"}})
        for line in sys.stdin:
            state.update(json.loads(line))
            say({"done": True})
        os._exit(0)


main()
