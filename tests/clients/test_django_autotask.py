"""`django-autotask` from the Python registry: its setting `AUTOTASK_SERVER_URL` names the sandbox, all else is as for
Autotask.

It looks up the zone, walks pages by GET and by POST, and has a synchronizer that copies an instance into a database:
that is run too.
"""

import unittest

import django
from django.conf import settings
from django.db import connection

from sandbox import CODE, COMPANIES, SECRET, USER, Sandbox

settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "djautotask"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
    # It logs what is refused, which is what some tests are after.
    LOGGING={"version": 1, "loggers": {"djautotask": {"level": "CRITICAL"}}},
    AUTOTASK_CREDENTIALS={
        "username": USER,
        "password": SECRET,
        "integration_code": CODE,
        "rest_api_version": "1.0",
    },
)
django.setup()

from django.core.cache import cache
from djautotask import api, models, sync
from djautotask.api import ApiCondition as A

# So long is a page, and no longer.
PAGE = 500

# The tables that the synchronizer writes here. Others of the library have indexes that only PostgreSQL makes.
TABLES = [
    models.SyncJob,
    models.Role,
    models.LicenseType,
    models.Resource,
    models.AccountType,
    models.Account,
    models.AccountPhysicalLocation,
    models.Contact,
]


class CompanyContactsClient(api.ChildAPIMixin, api.AutotaskAPIClient):
    """Contacts below their company, declared as the library declares its own child entities."""

    API = "Contacts"
    PARENT_API = "Companies"
    CHILD_API = "Contacts"


class CompanyLocationsClient(api.ChildAPIMixin, api.AutotaskAPIClient):
    """Locations below their company, which the library reads but does not write."""

    API = "CompanyLocations"
    PARENT_API = "Companies"
    CHILD_API = "Locations"


class CompaniesUDFClient(api.UDFAPIClient):
    """The user-defined fields of companies, as the library declares those of tickets, tasks and projects."""

    API = "Companies"


def setUpModule():
    global sandbox
    sandbox = Sandbox()
    settings.AUTOTASK_SERVER_URL = sandbox.url
    with connection.schema_editor() as schema:
        for table in TABLES:
            schema.create_model(table)


def tearDownModule():
    sandbox.stop()


def walk(client, **options):
    """The pages of a query, as the library's synchronizer walks them."""
    pages = []
    next_url = None
    while True:
        answer = client.get(next_url, **options)
        pages.append(answer["items"])
        next_url = answer["pageDetails"]["nextPageUrl"]
        if not next_url:
            return pages


def rows(client, *conditions):
    """All rows that meet the conditions."""
    for condition in conditions:
        client.add_condition(condition)
    return [row for page in walk(client) for row in page]


def ids(found):
    return [row["id"] for row in found]


# The library leaves out a value that is false, such as the 0 of `id >= 0`.
EVERYTHING = A(op="exist", field="id")


class Reading(unittest.TestCase):
    def test_the_zone_is_looked_up_and_kept(self):
        cache.clear()
        self.assertEqual(api.AccountsAPIClient().server_url, sandbox.url)
        self.assertEqual(cache.get("zone_url"), sandbox.url)
        with self.assertRaisesRegex(api.AutotaskAPIError, "Zone information could not be determined"):
            api.get_zone_info("nobody@sandbox.test")

    def test_more_than_500_rows_come_in_pages_by_get(self):
        client = api.AccountsAPIClient()
        client.add_condition(EVERYTHING)
        count = client.fetch_resource(record_count=True)["queryCount"]
        self.assertGreater(count, COMPANIES)
        pages = walk(client, page_size=PAGE)
        self.assertEqual([len(page) for page in pages], [PAGE, count - PAGE])
        found = ids(row for page in pages for row in page)
        self.assertEqual(len(set(found)), count)
        self.assertEqual(found, sorted(found))

    def test_more_than_500_rows_come_in_pages_by_post(self):
        client = api.AccountPhysicalLocationsAPIClient()
        client.add_condition(EVERYTHING)
        count = client.fetch_resource(record_count=True)["queryCount"]
        self.assertGreater(count, PAGE)
        found = ids(rows(client))
        self.assertEqual(len(set(found)), count)
        self.assertEqual(len(found), count)

    def test_groups_within_groups_select_what_they_say(self):
        everything = rows(api.AccountsAPIClient(), EVERYTHING)
        wanted = [
            row["id"]
            for row in everything
            if row["isActive"]
            and (
                row["companyName"].lower().startswith("b")
                or (row["companyType"] != 1 and row["parentCompanyID"] is None)
            )
        ]
        self.assertTrue(20 < len(wanted) < PAGE, len(wanted))
        group = A(
            A(op="beginsWith", field="companyName", value="b"),
            A(
                A(op="noteq", field="companyType", value=1),
                A(op="notExist", field="parentCompanyID"),
                op="and",
            ),
            op="or",
        )
        found = rows(api.AccountsAPIClient(), A(op="eq", field="isActive", value=True), group)
        self.assertEqual(ids(found), wanted)

    def test_metadata_tells_what_an_instance_has(self):
        fields = api.AccountTypesAPIClient().get(None)["fields"]
        types = next(field for field in fields if field["name"] == "companyType")
        self.assertIn("3", [value["value"] for value in types["picklistValues"]])
        client = CompaniesUDFClient()
        udfs = client.get(client.get_api_url())["fields"]
        account = api.AccountsAPIClient().get_single(0)["item"]
        self.assertEqual([udf["name"] for udf in udfs], [udf["name"] for udf in account["userDefinedFields"]])
        ranking = next(udf for udf in udfs if udf["name"] == "Customer Ranking")
        self.assertEqual([ranking["type"], ranking["isPickList"]], ["string", True])


class Writing(unittest.TestCase):
    def setUp(self):
        self.accounts = api.AccountsAPIClient()
        self.owner = rows(api.ResourcesAPIClient(), A(op="eq", field="isActive", value=True))[0]["id"]

    def create_company(self):
        return self.accounts.create(
            models.Account(), companyName="Larch & Sons", companyType=3, ownerResourceID=self.owner, phone="555-0100"
        )

    def test_a_company_its_location_and_its_contact_are_created_and_read_back(self):
        company = models.Account(id=self.create_company())
        read = self.accounts.get_single(company.id)["item"]
        self.assertEqual(
            [read["companyName"], read["companyType"], read["ownerResourceID"], read["phone"]],
            ["Larch & Sons", 3, self.owner, "555-0100"],
        )

        locations = CompanyLocationsClient()
        location = locations.create(
            models.AccountPhysicalLocation(), company, name="Sawmill", city="Bend", companyID=company.id
        )
        read = locations.get_single(location)["item"]
        self.assertEqual([read["name"], read["city"], read["companyID"]], ["Sawmill", "Bend", company.id])

        contacts = CompanyContactsClient()
        contact = contacts.create(
            models.Contact(),
            company,
            firstName="Ida",
            lastName="Larch",
            isActive=1,
            companyID=company.id,
            companyLocationID=location,
        )
        read = contacts.get_single(contact)["item"]
        self.assertEqual(
            [read["firstName"], read["companyID"], read["companyLocationID"]], ["Ida", company.id, location]
        )

        self.assertEqual(contacts.delete(models.Contact(id=contact), company), contact)
        with self.assertRaises(api.AutotaskRecordNotFoundError):
            contacts.get_single(contact)

    def test_a_patch_changes_what_it_names_and_leaves_the_rest(self):
        company = models.Account(id=self.create_company())
        self.assertEqual(self.accounts.update(company, {"phone": "555-0199", "companyType": 1}), {"itemId": company.id})
        read = self.accounts.get_single(company.id)["item"]
        self.assertEqual([read["phone"], read["companyType"], read["companyName"]], ["555-0199", 1, "Larch & Sons"])

    def test_a_refusal_arrives_as_the_library_reports_it(self):
        def refusal(kind, call, *arguments, **fields):
            with self.assertRaises(api.AutotaskAPIError) as caught:
                call(*arguments, **fields)
            self.assertIs(type(caught.exception), kind)
            return str(caught.exception)

        self.assertEqual(
            refusal(
                api.AutotaskAPIServerError, self.accounts.create, models.Account(), companyName="Nobody", phone="1"
            ),
            "Missing Required Field: companyType. ; on record number [1].",
        )
        self.assertEqual(
            refusal(api.AutotaskAPIServerError, rows, api.AccountsAPIClient(), A(op="eq", field="limit", value=1)),
            "Unable to find limit in the Company Entity.",
        )
        # Contacts are written below their company only, and no company is deleted: not found, and not allowed.
        refusal(api.AutotaskRecordNotFoundError, api.ContactsAPIClient().create, models.Contact(), firstName="A")
        refusal(api.AutotaskAPIClientError, self.accounts.delete, models.Account(id=0))
        # The library knows an absent row by its text, but looks for a prefix that an older version of it wrote itself.
        self.assertEqual(
            refusal(
                api.AutotaskAPIServerError, CompanyContactsClient().delete, models.Contact(id=1), models.Account(id=0)
            ),
            api.NO_RECORD_ERROR_MESSAGE.removeprefix("No message. "),
        )
        stranger = api.AccountsAPIClient(password="wrong")
        self.assertIn("Unauthorized", refusal(api.AutotaskAPIClientError, stranger.get_single, 0))


class Synchronizing(unittest.TestCase):
    """The library's own copy of an instance, in its database."""

    def test_an_instance_is_copied_and_copied_again(self):
        sync.AccountTypeSynchronizer().sync()
        sync.RoleSynchronizer().sync()
        sync.LicenseTypeSynchronizer().sync()
        sync.ResourceSynchronizer().sync()
        active = rows(api.AccountsAPIClient(), A(op="eq", field="isActive", value=True))
        self.assertGreater(len(active), PAGE)
        created, updated, _, _ = sync.AccountSynchronizer().sync()
        self.assertEqual([created, updated], [len(active), 0])
        for row in active[:50]:
            account = models.Account.objects.get(id=row["id"])
            self.assertEqual(
                [account.name, account.phone, account.type_id, account.owner_resource_id],
                [row["companyName"], row["phone"], row["companyType"], row["ownerResourceID"]],
            )

        created, _, _, _ = sync.AccountPhysicalLocationSynchronizer().sync()
        of_active = [
            row
            for row in rows(api.AccountPhysicalLocationsAPIClient(), EVERYTHING)
            if row["companyID"] in set(ids(active))
        ]
        self.assertEqual(created, len(of_active))

        # Again from the start: a parent with a higher id than its child is known only now.
        parents = [row for row in active if row["parentCompanyID"] is not None]
        created, updated, skipped, deleted = sync.AccountSynchronizer(full=True).sync()
        self.assertEqual([created, updated + skipped, deleted], [0, len(active), 0])
        for row in parents:
            is_here = row["parentCompanyID"] in set(ids(active))
            parent = models.Account.objects.get(id=row["id"]).parent_account_id
            self.assertEqual(parent, row["parentCompanyID"] if is_here else None)

        # And what has changed since, by date.
        renamed = active[-1]["id"]
        api.AccountsAPIClient().update(models.Account(id=renamed), {"companyName": "Renamed"})
        self.assertEqual(sync.AccountSynchronizer().sync(), (0, 1, 0, 0))
        self.assertEqual(models.Account.objects.get(id=renamed).name, "Renamed")
        self.assertEqual(list(models.SyncJob.objects.filter(success=False)), [])


if __name__ == "__main__":
    unittest.main()
