"""Does the work of a sync once with the Python client, against the HubSpot at $SANDBOX; prints what came of it as JSON."""
import json
import os

from hubspot.crm.contacts import (
    ApiClient, BasicApi, BatchApi, BatchInputSimplePublicObjectBatchInput, BatchInputSimplePublicObjectBatchInputUpsert, BatchInputSimplePublicObjectId,
    BatchReadInputSimplePublicObjectId, Configuration, PublicObjectSearchRequest, SearchApi, SimplePublicObjectInput, SimplePublicObjectInputForCreate,
)
from hubspot.crm.contacts import BatchInputSimplePublicObjectBatchInputForCreate as BatchForCreate
from hubspot.crm.contacts.exceptions import ApiException

configuration = Configuration(host=os.environ["SANDBOX"])
configuration.access_token = "pat-sandbox"
client = ApiClient(configuration)
basic, batch, search = BasicApi(client), BatchApi(client), SearchApi(client)
out = {}

created = basic.create(SimplePublicObjectInputForCreate(properties={"email": "Ada@Example.com", "firstname": "Ada"}, associations=[]))
out["created"] = created.properties["email"]

read = basic.get_by_id(created.id, properties=["email", "jobtitle"], properties_with_history=["email"])
out["read"] = [read.id == created.id, read.properties["jobtitle"], read.properties_with_history["email"][0].source_type, read.archived]

updated = basic.update(created.id, SimplePublicObjectInput(properties={"jobtitle": "Countess"}))
out["updated"] = updated.properties["jobtitle"]

try:
    basic.create(SimplePublicObjectInputForCreate(properties={"email": "ADA@example.com"}, associations=[]))
except ApiException as error:
    out["duplicate"] = [error.status, json.loads(error.body)["category"], created.id in json.loads(error.body)["message"]]

found = search.do_search(PublicObjectSearchRequest(
    filter_groups=[{"filters": [{"propertyName": "jobtitle", "operator": "EQ", "value": "countess"}]}], properties=["email"], limit=10, after="0", sorts=[]))
out["found"] = [found.total, found.results[0].id == created.id]

several = batch.create(BatchForCreate(inputs=[{"properties": {"email": "b%d@example.com" % n}, "associations": []} for n in range(3)]))
ids = [row.id for row in several.results]
out["batch_created"] = len(ids)
batch.update(BatchInputSimplePublicObjectBatchInput(inputs=[{"id": one, "properties": {"city": "Rome"}} for one in ids]))
upserted = batch.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=[{"id": "b0@example.com", "idProperty": "email", "properties": {"city": "Bari"}}]))
out["upserted"] = [upserted.results[0].new, upserted.results[0].properties["city"]]
rows = batch.read(BatchReadInputSimplePublicObjectId(inputs=[{"id": one} for one in ids], properties=["city"], properties_with_history=[]))
out["cities"] = sorted(row.properties["city"] for row in rows.results)

basic.archive(created.id)
batch.archive(BatchInputSimplePublicObjectId(inputs=[{"id": one} for one in ids[:2]]))
out["left"] = [row.properties["email"] for row in basic.get_page(limit=10).results]
out["archived"] = len(basic.get_page(limit=10, archived=True).results)
try:
    basic.get_by_id(created.id)
except ApiException as error:
    out["gone"] = error.status

print(json.dumps(out))
