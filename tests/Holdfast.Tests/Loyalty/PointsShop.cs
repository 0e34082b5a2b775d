using System.Net.Http.Json;
using Holdfast.Loyalty;
using Holdfast.Loyalty.Core;
using Holdfast.Loyalty.Storage;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Inventory;

namespace Holdfast.Tests.Loyalty;

/// <summary>A store, customers, and the calls that tests make about their points.</summary>
public abstract class PointsShop : IAsyncLifetime
{
    protected TestServer Server { get; private set; } = null!;

    protected Shop Shop { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await ServeAsync();
        Shop = await Holdfast.Tests.Inventory.Shop.OpenAsync(Server);
    }

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected abstract Task<TestServer> ServeAsync();

    protected string Program => $"/api/v1/stores/{Shop.Id}/loyalty-program";

    protected static string Points(Guid customer) => $"/api/v1/loyalty/{customer}";

    protected async Task<Guid> CustomerAsync(string role = "customer")
    {
        var id = Guid.CreateVersion7();
        await Server.Db.WriteAsync(tx =>
            tx.ExecuteAsync(
            "INSERT INTO users (id, role, email, email_key, active, created_at, updated_at) VALUES ($1, $2, $3, $3, $4, $5, $5)",
            id, role, $"{id:N}@example.com", true, DateTime.UnixEpoch));
        return id;
    }

    protected Task<HttpResponseMessage> AdjustAsync(Guid customer, long points, string? key = null, HttpClient? client = null,
        Guid? store = null) =>
        SendAsync(Points(customer) + "/adjustments", new { storeId = store ?? Shop.Id, points, reason = "sorry" }, key
        ?? Guid.CreateVersion7().ToString(), client ?? Shop.Staff);

    protected static async Task<HttpResponseMessage> SendAsync(string path, object body, string? key, HttpClient client)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null)
        {
            message.Headers.Add("Idempotency-Key", key);
        }

        return await client.SendAsync(message);
    }

    /// <summary>Earns and spends as orders would.</summary>
    protected Task MoveAsync(Action<PointsBook, DateTime> move, params (Guid Customer, Guid Store)[] accounts) =>
        Server.Db.WriteAsync(async tx =>
    {
        var (book, now) = await PointsStore.LoadAsync(tx, accounts, claim: true);
        move(book, now);
        var batch = tx.Batch();
        PointsStore.Save(book, batch, now);
        await batch.RunAsync();
    });

    protected Task EarnAsync(Guid customer, long points, Guid? store = null) =>
        MoveAsync((book, now) => book.Earn(customer, store ?? Shop.Id, points, Guid.CreateVersion7(), now), (customer, store ?? Shop.Id));

    protected Task SetAsync(int? days) =>
        Shop.Staff.PutAsJsonAsync(Program, new { amountPerPoint = 1000, pointValue = 10, expiresAfterDays = days }).ShouldBeAsync(200);

    protected async Task VerifyAsync() => Assert.Empty(await Verification.RunAsync(Server.Db, LoyaltyModule.Invariants));
}
