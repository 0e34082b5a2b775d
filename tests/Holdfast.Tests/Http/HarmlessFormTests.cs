using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Catalog;

namespace Holdfast.Tests.Http;

/// <summary>
/// Forms that clients and proxies give a request and that change nothing of what it says: they are taken. Others are refused with a
/// sentence that says why.
/// </summary>
public abstract class HarmlessFormTests(EveryRouteHost host)
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private readonly EveryRoute _routes = host.Routes;

    private HttpClient Admin => _routes.Admin;

    [Fact]
    public async Task A_byte_order_mark_and_gzip_change_nothing_on_any_route()
    {
        foreach (var route in _routes.WithBody)
        {
            var template = JsonNode.Parse(_routes.GoodBody(route))!.AsObject();
            // Refused by every route, and so by all ways alike.
            template["surprise"] = 1;
            var good = JsonSerializer.SerializeToUtf8Bytes(template);
            Assert.Equal("unknown_field", await CodeAsync(route, good, null));
            Assert.Equal("unknown_field", await CodeAsync(route, [.. ByteOrderMark, .. good], null));
            Assert.Equal("unknown_field", await CodeAsync(route, Packed(good), "gzip"));
            Assert.Equal("unknown_field", await CodeAsync(route, Packed([.. ByteOrderMark, .. good]), "GZip"));
            Assert.Equal("unknown_field", await CodeAsync(route, good, "identity"));
            Assert.Equal("unsupported_encoding", await CodeAsync(route, good, "br"));
            Assert.Equal("unsupported_encoding", await CodeAsync(route, Packed(Packed(good)), "gzip, gzip"));
            Assert.Equal("invalid_encoding", await CodeAsync(route, good, "gzip"));
            Assert.Contains(await CodeAsync(route, Packed(good)[..^20], "gzip"), new[] { "invalid_json", "invalid_encoding" });
        }
    }

    [Fact]
    public async Task A_small_body_that_unpacks_to_a_large_one_is_too_large_on_every_route()
    {
        var bomb = Packed(new byte[50 * Request.MaxBodyBytes]);
        Assert.True(bomb.Length < Request.SmallBodyBytes);
        foreach (var route in _routes.WithBody)
        {
            Assert.Equal("body_too_large", await CodeAsync(route, bomb, "gzip"));
        }
    }

    [Fact]
    public async Task Where_little_is_needed_little_is_taken()
    {
        var body = Encoding.UTF8.GetBytes("{\"a\":\"" + new string('x', Request.SmallBodyBytes) + "\"}");
        foreach (var route in _routes.WithBody)
        {
            Assert.Equal(route.Pattern.StartsWith("/api/v1/products", StringComparison.Ordinal) ? "unknown_field"
                : "body_too_large", await CodeAsync(route, body, null));
        }
    }

    [Theory]
    [InlineData("{\"name\":\"a\",\"\\u006eame\":\"b\"}", "name")]
    [InlineData("{\"a\":[1,{\"b\":{\"c\":1,\"c\":2}}]}", "c")]
    public async Task A_member_that_is_there_twice_is_named(string body, string member)
    {
        var answer = await Admin.Post("/stores", body);
        answer.Is(400, "duplicate_member");
        Assert.Equal(member, (string?)answer["member"]);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    public async Task Other_encodings_of_Unicode_are_refused_by_name(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        foreach (var bytes in new[] { encoding.GetBytes("{\"a\":1}"), [.. encoding.GetPreamble(), .. encoding.GetBytes("{\"a\":1}")] })
        {
            Assert.Equal("not_utf8",
                await CodeAsync(_routes.Rules.Single(r => r is { Method: "POST", Pattern: "/api/v1/stores" }), bytes, null));
        }
    }

    [Theory]
    [InlineData("1.0", true)]
    [InlineData("1.000000", true)]
    [InlineData("10e-1", true)]
    [InlineData("1e0", true)]
    [InlineData("1.0000000000000000000000000001", false)]
    [InlineData("1.5", false)]
    [InlineData("1e19", false)]
    [InlineData("\"1\"", false)]
    public async Task A_whole_number_may_be_written_with_decimals(string number, bool isTaken)
    {
        var variant = _routes.Path(
            _routes.Rules.Single(r => r is { Method: "GET", Pattern: "/api/v1/inventory/{variantId}" }))[CatalogClient.Base.Length..];
        var answer = await Admin.Post($"{variant}/adjustments", $"{{\"delta\":{number},\"reason\":\"x\"}}");
        Assert.Equal(isTaken ? (201, null) : (400, "invalid_request"), ((int)answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_tag_in_any_form_that_names_the_version_matches_and_others_do_not()
    {
        var store = await Admin.NewStoreAsync();
        var product = await Admin.NewProductAsync(store, "A");
        var order = 0;
        foreach (var form in new Func<string, string>[] { t => t, t => $"W/{t}", t => $"\"77\", {t}", t => $"{t},\"77\"",
            t => $"\"x\" , W/{t}", _ => "*" })
        {
            var read = await Admin.Get($"/products/{product.Id}");
            var body = new { name = $"A{order++}", variants = new[] { new { sku = "a", price = 1 } } };
            (await Admin.Put($"/products/{product.Id}", body, form("\"99\"").Replace("*", "\"99\"", StringComparison.Ordinal))).Is(412,
                "precondition_failed");
            Assert.Equal(200, (int)(await Admin.Put($"/products/{product.Id}", body, form(read.ETag!))).Status);
            var of = (await Admin.Get($"/stores/{store}")).ETag!;
            var changed = new { name = "Shop", slug = $"s-{Guid.CreateVersion7():N}", currency = "VND" };
            (await Admin.Put($"/stores/{store}", changed, form("\"99\"").Replace("*", "\"99\"", StringComparison.Ordinal))).Is(412,
                "precondition_failed");
            Assert.Equal(200, (int)(await Admin.Put($"/stores/{store}", changed, form(of))).Status);
        }
    }

    [Fact]
    public async Task An_order_takes_every_form_of_its_tag()
    {
        var path = _routes.Path(
            _routes.Rules.Single(r => r is { Method: "PUT", Pattern: "/api/v1/orders/{id}" }))[CatalogClient.Base.Length..];
        foreach (var form in new Func<string, string>[] { t => $"W/{t}", t => $"\"77\", {t}", _ => "*" })
        {
            var tag = (await Admin.Get(path)).ETag!;
            (await Admin.Put(path, new { note = "x" }, "W/\"99\", \"98\"")).Is(412, "precondition_failed");
            Assert.Equal(200, (int)(await Admin.Put(path, new { note = "x" }, form(tag))).Status);
        }
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"  \"")]
    [InlineData("null")]
    public async Task An_optional_text_that_is_blank_is_absent(string blank)
    {
        var blanks = 0;
        foreach (var (route, where, body) in _routes.Texts()
            .Where(t => t.Route.Pattern.EndsWith("/orders/quote", StringComparison.Ordinal)))
        {
            var name = where.Split('/')[^1];
            if (name is "line2" or "region" or "postalCode" or "note" or "externalId" or "discountCode")
            {
                EveryRoute.Replace(body, where, "@@");
                body.Remove("reservationId");
                body.Remove("expectedTotal");
                using var request = _routes.Request(route,
                    new StringContent(body.ToJsonString().Replace("\"@@\"", blank, StringComparison.Ordinal)));
                using var answer = await Admin.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.True(answer.StatusCode == HttpStatusCode.OK,
                    $"{where}: {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
                blanks++;
            }
        }

        Assert.Equal(6, blanks);
        var needed = await Admin.Post("/stores", $"{{\"name\":{blank},\"slug\":\"s\",\"currency\":\"VND\"}}");
        needed.Is(400, "invalid_request");
        Assert.Equal(["name"], needed.FieldNames);
    }

    [Theory]
    [InlineData(8.875, 8_875)]
    [InlineData(0.0001, 0)]
    [InlineData(6.6253, 6_625)]
    [InlineData(9.975, 9_975)]
    public async Task Tax_rates_have_up_to_four_decimals(double rate, long tax)
    {
        var percent = (decimal)rate;
        var created = await Admin.Post("/stores",
            new { name = "Shop", slug = $"s-{Guid.CreateVersion7():N}", currency = "USD", tax = new { included = false, rate = percent } });
        Assert.Equal(percent, (decimal)(await Admin.Get($"/stores/{created.Id}"))["tax"]!["rate"]!);
        var product = await Admin.NewProductAsync(Guid.Parse(created.Id), "A", price: 100_000);
        var variant = (string)product["variants"]![0]!["id"]!;
        await Admin.Post($"/inventory/{variant}/receipts", new { quantity = 5, reference = "r" });
        var quote = await Admin.Post("/orders/quote", new
        {
            storeId = created.Id,
            lines = new[] { new { variantId = variant, quantity = 1 } },
            deliveryAddress = "1 Main St",
            contactPhone = "0901234567",
            customer = new { email = "an@example.com" },
        });
        Assert.Equal(tax, (long?)quote["taxAmount"]);
    }

    [Theory]
    [InlineData("8.87505")]
    [InlineData("100.0001")]
    [InlineData("-0.1")]
    [InlineData("\"8\"")]
    public async Task Other_tax_rates_are_refused(string rate) =>
        Assert.Equal(["tax.rate"],
        (await Admin.Post("/stores",
        $"{{\"name\":\"a\",\"slug\":\"s\",\"currency\":\"USD\",\"tax\":{{\"included\":true,\"rate\":{rate}}}}}")).FieldNames);

    [Fact]
    public async Task An_order_is_found_by_its_number_as_our_mails_write_it()
    {
        var order = await Admin.Get(
            _routes.Path(_routes.Rules.Single(r => r is { Method: "GET", Pattern: "/api/v1/orders/{id}" }))[CatalogClient.Base.Length..]);
        foreach (var written in new[] { $"#{order["number"]}", $" # {order["number"]}", $"\u200b{order["number"]}",
            ((string)order["number"]!).ToLowerInvariant() })
        {
            Assert.Equal(order.Id, (string?)Assert.Single((await Admin.Get($"/orders?q={Uri.EscapeDataString(written)}")).Items)!["id"]);
        }
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private async Task<string?> CodeAsync(RouteRule route, byte[] body, string? encoding)
    {
        using var request = _routes.Request(route, new ByteArrayContent(body));
        if (encoding is not null)
        {
            Assert.True(request.Content!.Headers.TryAddWithoutValidation("Content-Encoding", encoding));
        }

        using var answer = await Admin.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode is >= 400 and < 500, $"{route} {encoding}: {answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement.GetProperty("code").GetString();
    }
}

public sealed class HarmlessForm_on_sqlite(SqliteEveryRoute host) : HarmlessFormTests(host), IClassFixture<SqliteEveryRoute>;

public sealed class HarmlessForm_on_postgresql(PostgresEveryRoute host) : HarmlessFormTests(host), IClassFixture<PostgresEveryRoute>;
