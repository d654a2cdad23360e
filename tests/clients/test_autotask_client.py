"""`autotask-client` from the Python registry, set up as for Autotask, zone look-up included; see `front.py`.

It insists on `https` and on a host of Autotask's. It asks for Python 3.12; what is used here runs on 3.10 as well.
"""

import contextlib
import os
import tempfile
import unittest
import unittest.mock

from front import ZONE, Front
from sandbox import CODE, COMPANIES, SECRET, USER, Sandbox

setup = contextlib.ExitStack()

# It keeps the zone in the home folder, whose place it reads when it is imported.
home = setup.enter_context(tempfile.TemporaryDirectory())
with unittest.mock.patch.dict(os.environ, {"HOME": home, "USERPROFILE": home}):
    from autotask.client import AutotaskClient
    from autotask.config import AutotaskConfig
    from autotask.entities.manager import EntityManager
    from autotask.exceptions import AutotaskAPIError, AutotaskAuthError, AutotaskNotFoundError
    from autotask.models import Company
    from autotask.query import Q

# So long is a page, and no longer.
PAGE = 500


def setUpModule():
    global front
    sandbox = Sandbox()
    setup.callback(sandbox.stop)
    front = setup.enter_context(Front(sandbox))


def tearDownModule():
    setup.close()


def login(secret=SECRET):
    return AutotaskConfig(username=USER, secret=secret, integration_code=CODE)


class Sequence(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.client = await self.enterContextOf(AutotaskClient(login()))
        self.manager = EntityManager(self.client)

    async def enterContextOf(self, manager):
        entered = await manager.__aenter__()
        self.addAsyncCleanup(manager.__aexit__, None, None, None)
        return entered

    async def create_company(self):
        owner = (await self.manager.query("Resources", Q(isActive=True), max_records=1))[0].id
        company = Company(companyName="Larch & Sons", companyType=3, ownerResourceID=owner, phone="555-0100")
        return company, await self.manager.create(company)

    async def test_the_zone_is_looked_up_and_used(self):
        self.assertEqual(self.client.base_url, f"{ZONE}v1.0")
        self.assertEqual((await self.manager.get(Company, 0)).id, 0)
        self.assertEqual(set(front.hosts), {"webservices.autotask.net:443", "webservices5.autotask.net:443"})

    async def test_more_than_500_rows_come_each_of_them_once(self):
        count = (await self.client.post("Companies/query/count", {"filter": Q(id__gte=0).to_filter()}))["queryCount"]
        self.assertGreater(count, COMPANIES)
        found = [company.id for company in await self.manager.query(Company, Q(id__gte=0))]
        self.assertEqual(len(found), count)
        self.assertEqual(found, sorted(set(found)))

    async def test_groups_within_groups_select_what_they_say(self):
        def is_meant(company):
            is_child_or_customer = company.companyType == 1 or company.parentCompanyID is not None
            return company.isActive and (company.companyName.lower().startswith("b") or not is_child_or_customer)

        everything = await self.manager.query(Company, Q(id__gte=0))
        wanted = [company.id for company in everything if is_meant(company)]
        self.assertTrue(20 < len(wanted) < PAGE, len(wanted))
        # Its builder knows no groups; what it sends takes them.
        group = {
            "op": "or",
            "items": [
                {"op": "beginsWith", "field": "companyName", "value": "b"},
                {
                    "op": "and",
                    "items": [
                        {"op": "noteq", "field": "companyType", "value": 1},
                        {"op": "notExist", "field": "parentCompanyID"},
                    ],
                },
            ],
        }
        found = await self.client.query_all("Companies", [*Q(isActive=True).to_filter(), group])
        self.assertEqual([row["id"] for row in found], wanted)

    async def test_a_company_its_location_and_its_contact_are_created_and_read_back(self):
        company, created = await self.create_company()
        self.assertEqual(created.for_create(), {**created.for_create(), **company.for_create()})

        location = {"name": "Sawmill", "city": "Bend", "companyID": created.id}
        location["id"] = (await self.client.post(f"Companies/{created.id}/Locations", location))["itemId"]
        read = await self.manager.get("CompanyLocations", location["id"])
        self.assertEqual(read, {**read, **location})

        contact = {"firstName": "Ida", "lastName": "Larch", "isActive": 1, "companyLocationID": location["id"]}
        contact["id"] = (await self.client.post(f"Companies/{created.id}/Contacts", contact))["itemId"]
        read = await self.manager.get("Contacts", contact["id"])
        self.assertEqual(read, {**read, **contact, "companyID": created.id})

        await self.client.delete(f"Companies/{created.id}/Contacts/{contact['id']}")
        with self.assertRaises(AutotaskNotFoundError):
            await self.manager.get("Contacts", contact["id"])

    async def test_a_patch_changes_what_it_names_and_leaves_the_rest(self):
        _, created = await self.create_company()
        answer = await self.manager.update(Company(id=created.id, phone="555-0199", companyType=1))
        self.assertEqual(answer.itemId, created.id)
        read = await self.manager.get(Company, created.id)
        self.assertEqual([read.phone, read.companyType, read.companyName], ["555-0199", 1, "Larch & Sons"])

    async def test_metadata_tells_what_an_instance_has(self):
        info = (await self.manager.entity_info(Company))["info"]
        self.assertEqual([info["name"], info["canCreate"], info["canDelete"]], ["Company", True, False])
        fields = {field["name"] for field in (await self.manager.field_info(Company))["fields"]}
        self.assertLess(set(Company.model_fields), fields | {"country"})
        types = await self.manager.resolve_picklist(Company, "companyType")
        self.assertIn(3, types)

    async def test_a_refusal_arrives_as_the_library_reports_it(self):
        async def refusal(kind, call):
            with self.assertRaises(kind) as caught:
                await call
            self.assertIs(type(caught.exception), kind)
            return caught.exception

        refused = await refusal(AutotaskAPIError, self.manager.create(Company(companyName="Nobody", phone="1")))
        self.assertEqual(refused.status_code, 500)
        self.assertEqual(
            refused.response_body, '{"errors":["Missing Required Field: companyType. ; on record number [1]."]}'
        )
        refused = await refusal(AutotaskAPIError, self.manager.query(Company, Q(limit=1)))
        self.assertIn("Unable to find limit in the Company Entity.", refused.response_body)
        # Contacts are written below their company only, and no company is deleted: not found, and not allowed.
        await refusal(AutotaskNotFoundError, self.client.post("Contacts", {"firstName": "A", "lastName": "B"}))
        refused = await refusal(AutotaskAPIError, self.manager.delete(Company, 0))
        self.assertEqual(refused.status_code, 405)
        stranger = await self.enterContextOf(AutotaskClient(login("wrong")))
        await refusal(AutotaskAuthError, stranger.get("Companies/0"))


if __name__ == "__main__":
    unittest.main()
