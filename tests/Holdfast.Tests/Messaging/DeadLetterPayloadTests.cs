using System.Net.Http.Json;
using System.Text.Json;
using Holdfast.Platform.Messaging.DeadLetters;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Messaging;

/// <summary>Whatever a broker brings can be put aside, and then be looked at.</summary>
public abstract class DeadLetterPayloadTests(TestHost host)
{
    public static TheoryData<string, int> Payloads => new()
    {
        { "empty", 0 }, { "a zero", 1 }, { "no UTF-8", 3 }, { "no JSON", 8 }, { "a cut character", 16_385 }, { "a mebibyte", 1 << 20 },
    };

    [Theory]
    [MemberData(nameof(Payloads))]
    public async Task Any_payload_is_listed(string what, int length)
    {
        var payload = what switch
        {
            "no UTF-8" => [0xFF, 0xC3, 0x28],
            "no JSON" => "{\"a\": ]]"u8.ToArray(),
            "a cut character" => [.. Enumerable.Repeat((byte)'a', 16_383), .. "é"u8],
            "a mebibyte" => [.. Enumerable.Repeat((byte)'{', length)],
            _ => new byte[length],
        };
        Assert.Equal(length, payload.Length);
        var id = Guid.CreateVersion7();
        await host.Server.Db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            DeadLetterStore.Add(batch, new DeadLetter(id, DeadLetterStore.Inbox, null, null, null, what, payload, 1, await tx.NowAsync()));
            await batch.RunAsync();
        });

        var list = await host.Server.Admin.GetFromJsonAsync<JsonElement>("/api/v1/dead-letters?limit=100",
            TestContext.Current.CancellationToken);
        var shown = Assert.Single(list.GetProperty("items").EnumerateArray(), l => l.GetProperty("id").GetGuid() == id)
            .GetProperty("payload").GetString()!;
        Assert.Equal(what switch
        {
            "empty" => "",
            "a zero" => "\0",
            "no UTF-8" => "\uFFFD\uFFFD(",
            "no JSON" => "{\"a\": ]]",
            "a cut character" => new string('a', 16_383) + "\uFFFD",
            _ => new string('{', 16_384)
        }, shown);
        Assert.Contains(await DeadLetterStore.NewestAsync(host.Server.Db, 100, TestContext.Current.CancellationToken), l => l.Id == id);
        Assert.Null(await DeadLetterStore.RedriveAsync(host.Server.Db, id, TestContext.Current.CancellationToken));
    }
}

public sealed class DeadLetterPayload_on_sqlite(SqliteHost host) : DeadLetterPayloadTests(host), IClassFixture<SqliteHost>;

public sealed class DeadLetterPayload_on_postgresql(PostgresHost host) : DeadLetterPayloadTests(host), IClassFixture<PostgresHost>;
