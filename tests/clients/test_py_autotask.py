"""`py-autotask` from the Python registry, set up as for Autotask, zone look-up included; see `front.py`.

Some of what it offers does not work with Autotask either, as its documentation and recordings of it say: it patches at
an address that takes no patch, creates contacts where there is no such address, and loses all pages but the first. Here
that must fail in the same way. What it keeps for spreadsheets and caches is not installed, and not imported.
"""

import contextlib
import unittest

from py_autotask import AutotaskClient
from py_autotask.exceptions import AutotaskAPIError, AutotaskAuthError, AutotaskNotFoundError

from front import ZONE, Front
from sandbox import CODE, COMPANIES, SECRET, USER, Sandbox

setup = contextlib.ExitStack()

# So long is a page, and no longer.
PAGE = 500


def setUpModule():
    global front
    sandbox = Sandbox()
    setup.callback(sandbox.stop)
    front = setup.enter_context(Front(sandbox))


def tearDownModule():
    setup.close()


def login(user=USER, secret=SECRET):
    return AutotaskClient.create(username=user, integration_code=CODE, secret=secret)


class Sequence(unittest.TestCase):
    def setUp(self):
        self.client = self.enter(login())

    def enter(self, client):
        self.addCleanup(client.close)
        return client

    def refusal(self, kind, call, *arguments):
        with self.assertRaises(kind) as caught:
            call(*arguments)
        self.assertIs(type(caught.exception), kind)
        return str(caught.exception)

    def all_companies(self):
        """All pages: the next one begins after the last id."""
        found = []
        conditions = [{"op": "gte", "field": "id", "value": 0}]
        while True:
            answer = self.client.companies.query(conditions)
            found += answer.items
            if not answer.page_details.next_page_url:
                return found
            self.assertEqual(len(answer.items), PAGE)
            conditions = [{"op": "gt", "field": "id", "value": found[-1]["id"]}]

    def create_company(self):
        owner = self.client.resources.query({"op": "eq", "field": "isActive", "value": True}).items[0]["id"]
        company = {"companyName": "Larch & Sons", "companyType": 3, "ownerResourceID": owner, "phone": "555-0100"}
        company["id"] = self.client.companies.create(company).item_id
        return company

    def test_the_zone_is_looked_up_and_used(self):
        self.client.auth.clear_zone_cache()
        self.assertEqual(self.client.auth.api_url, ZONE)
        self.assertEqual(self.client.companies.get(0)["id"], 0)
        self.assertEqual(set(front.hosts), {"webservices.autotask.net:443", "webservices5.autotask.net:443"})
        nobody = self.enter(login(user="nobody@sandbox.test"))
        said = self.refusal(AutotaskAuthError, nobody.companies.get, 0)
        self.assertIn("Zone information could not be determined", said)

    def test_more_than_500_rows_come_each_of_them_once(self):
        count = self.client.companies.count({"op": "gte", "field": "id", "value": 0})
        self.assertGreater(count, COMPANIES)
        found = [row["id"] for row in self.all_companies()]
        self.assertEqual(len(found), count)
        self.assertEqual(found, sorted(set(found)))
        # Its own walk sets what its own model refuses, after the first page, and says so in the log alone.
        with self.assertLogs("py_autotask", "WARNING"):
            self.assertEqual([row["id"] for row in self.client.companies.query_all()], found[:PAGE])

    def test_groups_select_what_they_say(self):
        everything = self.all_companies()
        wanted = [row for row in everything if row["isActive"] and row["companyName"].lower().startswith("b")]
        conditions = [
            {"op": "eq", "field": "isActive", "value": True},
            {"op": "beginsWith", "field": "companyName", "value": "b"},
        ]
        self.assertEqual(self.client.companies.query(conditions).items, wanted)
        wanted = [row for row in everything if row["isActive"] or row["companyName"].lower().startswith("b")]
        self.assertTrue(PAGE < len(wanted) < len(everything))
        either = {"op": "or", "items": conditions}
        self.assertEqual(self.client.companies.count(either), len(wanted))
        # Rows of a group are not to be had: its model has no place for one, and nothing is sent.
        with self.assertRaisesRegex(ValueError, "QueryFilter"):
            self.client.companies.query([either])

    def test_a_company_its_location_and_its_contact_are_created_and_read_back(self):
        company = self.create_company()
        read = self.client.companies.get(company["id"])
        self.assertEqual(read, {**read, **company})

        location = {"name": "Sawmill", "city": "Bend", "companyID": company["id"]}
        location["id"] = self.client.entities.company_locations.create(location).item_id
        read = self.client.entities.company_locations.get(location["id"])
        self.assertEqual(read, {**read, **location})

        contact = {"firstName": "Ida", "lastName": "Larch", "isActive": 1, "companyID": company["id"]}
        self.refusal(AutotaskNotFoundError, self.client.contacts.create, contact)
        created = self.client.create_child_entity("Companies", company["id"], "Contacts", contact)
        read = self.client.contacts.get(created.item_id)
        self.assertEqual(read, {**read, **contact})

        self.assertTrue(self.client.delete_child_entity("Companies", company["id"], "Contacts", created.item_id))
        self.assertIsNone(self.client.contacts.get(created.item_id))

    def test_a_patch_with_the_id_in_its_address_is_refused(self):
        company = self.create_company()
        for update in (self.client.companies.update, self.client.companies.update_by_id):
            arguments = [{"id": company["id"], "phone": "555-0199"}]
            if update == self.client.companies.update_by_id:
                arguments = [company["id"], {"phone": "555-0199"}]
            self.assertIn("HTTP 405", self.refusal(AutotaskAPIError, update, *arguments))
        self.assertEqual(self.client.companies.get(company["id"])["phone"], "555-0100")

    def test_metadata_tells_what_an_instance_has(self):
        info = self.client.companies.get_entity_info()["info"]
        self.assertEqual([info["name"], info["canCreate"], info["canDelete"]], ["Company", True, False])
        fields = self.client.companies.get_field_info()["fields"]
        types = next(field for field in fields if field["name"] == "companyType")
        self.assertIn("3", [value["value"] for value in types["picklistValues"]])

    def test_a_refusal_arrives_as_the_library_reports_it(self):
        # It looks for `message`, which Autotask does not send, so that its users see the status alone.
        wrong = {"op": "eq", "field": "limit", "value": 1}
        self.assertEqual(self.refusal(AutotaskAPIError, self.client.companies.query, wrong), "API error: HTTP 500")
        self.assertEqual(
            self.refusal(AutotaskAPIError, self.client.companies.create, {"companyName": "Nobody"}),
            "API error: HTTP 500",
        )
        nobody = {"op": "eq", "field": "companyName", "value": "Nobody"}
        self.assertEqual(self.client.companies.count(nobody), 0)
        stranger = self.enter(login(secret="wrong"))
        self.assertEqual(self.refusal(AutotaskAuthError, stranger.companies.get, 0), "Authentication failed")


if __name__ == "__main__":
    unittest.main()
