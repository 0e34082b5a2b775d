using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Tests.Crash;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Orders;

/// <summary>What staff correct of an order, how they find it, and how often its buyer may change it.</summary>
public abstract class CorrectionTests(TestHost host)
{
    private TestServer Server => host.Server;

    private async Task<(int Status, JsonElement Body)> EditAsync(HttpClient client, JsonElement order, JsonObject body,
        string? accessKey = null)
    {
        body["version"] ??= (await new Desk(Server, null!).GetAsync(order)).GetProperty("version").GetInt32();
        using var request = new HttpRequestMessage(HttpMethod.Put,
            $"/api/v1/orders/{Desk.Id(order)}")
        { Content = JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation("X-Access-Key", accessKey);
        using var answer = await client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private static JsonObject Customer(string? email, string? name = null) => new()
    {
        ["customer"] = new JsonObject
        {
            ["email"] = email,
            ["name"] = name
        }
    };

    private async Task<List<Guid>> FindAsync(Shop shop, string q) =>
        [.. (await Server.Staff(shop.StoreId).GetFromJsonAsync<JsonElement>($"/api/v1/orders?q={Uri.EscapeDataString(q)}"))
            .GetProperty("items").EnumerateArray().Select(Desk.Id)];

    private static string NewEmail() => $"{Guid.CreateVersion7():N}@example.com";

    [Fact]
    public async Task A_mistyped_email_name_phone_and_address_are_corrected_and_the_order_is_found_by_them()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var limited = await shop.AddVariantAsync(5000, 10, 2);
        await shop.AddCodeAsync("MINE", "fixed", 7, perCustomer: 1);
        var (desk, wrong, right, name) = (new Desk(Server, shop), NewEmail(), NewEmail(), $"Nguyễn {Guid.CreateVersion7():N}");
        var body = shop.Body((1, 2));
        (body["customer"], body["discountCode"]) = (new JsonObject { ["email"] = wrong, ["name"] = "Nguyen Sai" }, "MINE");
        var order = await desk.PlaceAsync(body);
        var change = Customer(right, name);
        (change["contactPhone"], change["deliveryAddress"]) = ("0987 654 321", "2 Trần Phú, Huế");
        var (status, corrected) = await EditAsync(Server.Staff(shop.StoreId), order, change);
        Assert.Equal((200, right, name), (status, corrected.GetProperty("customer").GetProperty("email").GetString(),
            corrected.GetProperty("customer").GetProperty("name").GetString()));
        Assert.Equal(Desk.Number(order, "total"), Desk.Number(corrected, "total"));
        Assert.NotEqual(order.GetProperty("customerId").GetGuid(), corrected.GetProperty("customerId").GetGuid());
        foreach (var (q, found) in new[] { (right, 1), (wrong, 0), (name["Nguyễn ".Length..], 1), ("Sai", 0), ("+84 987.654.321", 1) })
        {
            Assert.True((await FindAsync(shop, q)).Count == found, q);
        }

        // The event and the history say what was changed, and the log by whom.
        var history = (await Server.Admin.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{Desk.Id(order)}/history")).GetProperty("items");
        Assert.Equal(["deliveryAddress", "contactPhone", "customer.email", "customer.name"],
            history[1].GetProperty("changed").EnumerateArray().Select(c => c.GetString()));
        Assert.Equal("order.updated", history[1].GetProperty("type").GetString());
        Assert.StartsWith("staff:", history[1].GetProperty("actor").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, await shop.CountAsync("SELECT COUNT(*) FROM audit_log WHERE action = 'PUT /orders/{id}' AND resource = $1",
            Desk.Id(order).ToString()));

        // Limits count as they did when it was placed, and are given back as they were taken.
        await Audit.VerifyAsync(Server.Db);
        await desk.DoAsync(order, "cancel");
        Assert.Equal((0, 0), (await shop.UsesAsync("MINE"),
            await shop.CountAsync("SELECT CAST(SUM(quantity) AS bigint) FROM purchase_counts WHERE variant_id = $1", limited)));
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task The_link_is_mailed_to_the_right_address_from_then_on()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var (desk, wrong, right) = (new Desk(Server, shop), NewEmail(), NewEmail());
        var body = shop.Body();
        body["customer"] = new JsonObject { ["email"] = wrong };
        var order = await desk.PlaceAsync(body);
        await desk.PayAsync(order);
        await desk.DoAsync(order, "ship");

        // Mails still follow when it is on its way; a parcel's address does not change any more.
        Assert.Equal(200, (await EditAsync(Server.Staff(shop.StoreId), order, Customer(right))).Status);
        Assert.Equal("not_editable", (await EditAsync(Server.Staff(shop.StoreId), order,
            new JsonObject { ["contactPhone"] = "0900000001" })).Body.GetProperty("code").GetString());
        foreach (var email in new[] { wrong, right })
        {
            await Shop.PostAsync(Server.Guest, "/orders/lookup",
                new JsonObject { ["number"] = $"#{order.GetProperty("number").GetString()}", ["email"] = email });
        }

        await Until.TrueAsync("the link is mailed", async () =>
            await shop.CountAsync("SELECT COUNT(*) FROM mails WHERE recipient = $1 AND key LIKE 'order-lookup:%'", right) == 1);
        Assert.Equal(0, await shop.CountAsync("SELECT COUNT(*) FROM mails WHERE recipient = $1 AND key LIKE 'order-lookup:%'", wrong));
    }

    [Fact]
    public async Task Nobody_has_proved_the_mailbox_of_a_corrected_email()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var desk = new Desk(Server, shop);
        var (order, other) = (await desk.PlaceAsync(shop.Body()), await desk.PlaceAsync(shop.Body()));
        await Server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE orders SET mailbox_proved = $2 WHERE store_id = $1", shop.StoreId, true));
        Assert.Equal(200, (await EditAsync(Server.Staff(shop.StoreId), order, Customer(NewEmail()))).Status);
        Assert.Equal(200, (await EditAsync(Server.Staff(shop.StoreId), other, new JsonObject { ["note"] = "Ring twice." })).Status);
        Assert.Equal([Desk.Id(other)],
            await Server.Db.ReadAsync(s => s.QueryAsync("SELECT id FROM orders WHERE store_id = $1 AND mailbox_proved",
            r => r.Uuid(0), shop.StoreId)));
    }

    [Fact]
    public async Task Only_those_who_work_for_the_store_correct_who_the_buyer_is()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var desk = new Desk(Server, shop);
        var (order, buyer) = (await desk.PlaceAsync(shop.Body()), Guid.CreateVersion7());
        var (status, answer) = await EditAsync(Server.Guest, order, Customer(NewEmail()), order.GetProperty("accessKey").GetString());
        Assert.Equal((400, "unknown_field"), (status, answer.GetProperty("code").GetString()));
        Assert.Equal(404, (await EditAsync(Server.Staff(Guid.CreateVersion7()), order, Customer(NewEmail()))).Status);
        foreach (var wrong in new[] { "nobody", "a@b@c", "closed-1@closed.invalid" })
        {
            (status, answer) = await EditAsync(Server.Staff(shop.StoreId), order, Customer(wrong));
            Assert.Equal((400, "customer.email"), (status, answer.GetProperty("errors").EnumerateObject().Single().Name));
        }

        // An account's order stays the account's, whatever address it is told about at.
        var body = shop.Body();
        body.Remove("customer");
        var own = await desk.PlaceAsync(body, Server.Customer(buyer));
        var corrected = (await EditAsync(Server.Staff(shop.StoreId), own, Customer(NewEmail(), "Lê Thị C"))).Body;
        Assert.Equal(buyer, corrected.GetProperty("customerId").GetGuid());
        await desk.DoAsync(own, "cancel");
        await Audit.VerifyAsync(Server.Db);
    }

    [Fact]
    public async Task A_guest_of_other_stores_keeps_the_name_there()
    {
        var (here, there, email) = (await Shop.CreateAsync(Server.Db, 10), await Shop.CreateAsync(Server.Db, 10), NewEmail());
        foreach (var (isShared, expected) in new[] { (false, "Trần Đúng"), (true, "Trần Đúng") })
        {
            var order = await new Desk(Server, here).PlaceAsync(With(here.Body()));
            if (isShared)
            {
                await new Desk(Server, there).PlaceAsync(With(there.Body()));
            }

            Assert.Equal(200, (await EditAsync(Server.Staff(here.StoreId), order, Customer(null, isShared ? "Trần Khác"
                : "Trần Đúng"))).Status);
            Assert.Equal(expected, await Server.Db.ReadAsync(s =>
                s.FirstAsync("SELECT name FROM users WHERE email_key = $1 AND role = 'guest'", r => r.Text(0), email)));
        }

        JsonObject With(JsonObject body)
        {
            body["customer"] = new JsonObject { ["email"] = email, ["name"] = "Tran Sai" };
            return body;
        }
    }

    [Theory]
    [InlineData("+84 90 123 4567")]
    [InlineData("0084901234567")]
    [InlineData("090.123.4567")]
    [InlineData("(090) 123-4567")]
    [InlineData("84901234567")]
    [InlineData("090\u00a0123\u20134567")]
    [InlineData("٠٩٠١٢٣٤٥٦٧")]
    [InlineData(" 901234567 ")]
    public async Task An_order_is_found_by_its_phone_in_any_writing(string q)
    {
        var shop = await Shop.CreateAsync(Server.Db, 30);
        var desk = new Desk(Server, shop);
        var expected = new List<Guid>();
        foreach (var phone in new[] { "0901234567", "+84 (90) 123-45-67", "090 123 4567 ", "0901234568", "1" })
        {
            var body = shop.Body();
            body["contactPhone"] = phone;
            var order = await desk.PlaceAsync(body);
            expected.AddRange(phone.EndsWith('8') || phone.Length == 1 ? [] : [Desk.Id(order)]);
        }

        Assert.Equal(expected.Order(), (await FindAsync(shop, q)).Order());
        Assert.Empty(await FindAsync(shop, "12345"));
    }

    [Fact]
    public async Task Twelve_digits_may_be_a_phone_or_an_order()
    {
        var shop = await Shop.CreateAsync(Server.Db, 30);
        var desk = new Desk(Server, shop);
        var body = shop.Body();
        body["contactPhone"] = "024 3825 1234";
        var order = await desk.PlaceAsync(body);
        Assert.Equal([Desk.Id(order)], await FindAsync(shop, "842438251234"));
        await Server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE orders SET number = '0849-1234-5678' WHERE id = $1", Desk.Id(order)));
        Assert.Equal([Desk.Id(order)], await FindAsync(shop, "#0849 1234 5678"));
    }

    [Fact]
    public async Task A_buyer_changes_an_order_fifty_times_and_the_store_still_can()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        var order = await new Desk(Server, shop).PlaceAsync(shop.Body());
        var key = order.GetProperty("accessKey").GetString();
        for (var i = 1; i <= 50; i++)
        {
            var (status, answer) = await EditAsync(Server.Guest, order, new JsonObject { ["note"] = $"{i}", ["version"] = i }, key);
            Assert.True(status == 200, answer.ToString());
            // What changes nothing does not count.
            Assert.Equal(200, (await EditAsync(Server.Guest, order, new JsonObject { ["note"] = $"{i}", ["version"] = i + 1 },
                key)).Status);
        }

        var refused = await EditAsync(Server.Guest, order, new JsonObject { ["note"] = "51" }, key);
        Assert.Equal((409, "too_many_edits"), (refused.Status, refused.Body.GetProperty("code").GetString()));
        Assert.Equal(200, (await EditAsync(Server.Staff(shop.StoreId), order, new JsonObject { ["note"] = "52" })).Status);
        Assert.Equal(52, await shop.CountAsync("SELECT COUNT(*) FROM events WHERE subject = $1", Desk.Id(order)));
    }

    [Fact]
    public async Task Metadata_has_eight_kibibytes_at_most_and_an_external_id_is_the_stores_to_give()
    {
        var shop = await Shop.CreateAsync(Server.Db, 10);
        JsonObject Body(int bytes)
        {
            var (body, metadata) = (shop.Body(), new JsonObject());
            // {"k00":"...",...}: each letter has three bytes, and three more letters fill up.
            for (var i = 0; i < 8; i++)
            {
                metadata[$"k{i:00}"] = new string('ệ', 330);
            }

            metadata["z"] = "";
            metadata["z"] = new string('x',
                bytes - System.Text.Encoding.UTF8.GetByteCount(
                metadata.ToJsonString(
                new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })));
            body["metadata"] = metadata;
            return body;
        }

        Assert.Equal(201, (await shop.OrderAsync(Server.Guest, Body(8 * 1024))).Status);
        foreach (var route in new[] { "/orders", "/orders/quote" })
        {
            var (status, answer, _) = await Shop.PostAsync(Server.Guest, route, Body((8 * 1024) + 1));
            Assert.Equal((422, "metadata_too_large"), (status, answer.GetProperty("code").GetString()));
        }

        var named = shop.Body();
        named["externalId"] = "x-1";
        foreach (var (client, expected) in new[] { (Server.Guest, 403), (Server.Staff(Guid.CreateVersion7()), 403),
            (Server.Service(Guid.CreateVersion7()), 403), (Server.Service(shop.StoreId), 201) })
        {
            var (status, answer, _) = await shop.OrderAsync(client, (JsonObject)named.DeepClone());
            Assert.True(status == expected && (status == 201 || answer.GetProperty("code").GetString() == "external_id_forbidden"),
                answer.ToString());
        }

        named["externalId"] = null;
        Assert.Equal(201, (await shop.OrderAsync(Server.Guest, named)).Status);
    }
}

public sealed class Correction_on_sqlite(SqliteHost host) : CorrectionTests(host), IClassFixture<SqliteHost>;

public sealed class Correction_on_postgresql(PostgresHost host) : CorrectionTests(host), IClassFixture<PostgresHost>;
