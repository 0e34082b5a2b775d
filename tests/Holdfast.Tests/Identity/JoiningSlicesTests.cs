using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Identity.Accounts;
using Holdfast.Platform.Data;
using Holdfast.Tests.Fixtures;
using Holdfast.Tests.Orders;

namespace Holdfast.Tests.Identity;

/// <summary>Guests with many orders join an account slice by slice.</summary>
public abstract partial class ClosingTests
{
    [Fact]
    public async Task A_guest_with_many_orders_joins_in_slices_and_whole()
    {
        var shop = await ShopOfGuestAsync();
        var guest = await PlaceManyAsync(shop, 250);
        var me = await RegisterAsync();
        await PostAsync(me, "/auth/verify-email/send", new JsonObject());
        var answer = await PostAsync(me, "/auth/verify-email", new JsonObject { ["token"] = await TokenAsync() });

        // The answer counts what has joined when it is given; in two seconds that is as much as the machine can do.
        Assert.InRange(answer.GetProperty("joinedOrders").GetInt32(), 100, 250);
        await JoinedAsync(guest);
        Assert.Equal(250, await CountAsync("SELECT COUNT(*) FROM orders WHERE customer_email = $1 AND is_guest = $2", _email, false));
        // Each slice has its own time of the database.
        Assert.InRange(await CountAsync("SELECT COUNT(DISTINCT updated_at) FROM orders WHERE customer_email = $1", _email), 3, 250);
        Assert.Equal(250, await CountAsync("SELECT COUNT(*) FROM events WHERE type = 'order.updated' AND sequence = 2"));
        await ShouldVerifyAsync();
    }

    [Fact]
    public async Task A_joining_goes_on_after_a_crash_and_the_account_is_not_closed_meanwhile()
    {
        var shop = await ShopOfGuestAsync();
        var guest = await PlaceManyAsync(shop, 130);
        var me = await RegisterAsync();
        var account = await Server.Db.ReadAsync(s =>
            s.FirstAsync("SELECT id FROM users WHERE email_key = $1 AND role = 'customer'", r => r.Uuid(0), _email));
        // The transaction of the proof is committed; the process that did it is gone, and no worker has come by.
        var (joined, isMore) = await Server.Db.WriteAsync(async tx =>
        {
            var joining = new JoiningGuest(guest, account, $"customer:{account}");
            var begun = await Server.Get<GuestJoinings>().BeginAsync(tx, joining, await tx.NowAsync());
            await tx.ExecuteAsync("UPDATE joining_guests SET next_at = $1", await tx.NowAsync() + TimeSpan.FromHours(1));
            return begun;
        });
        Assert.Equal((100, true), (joined, isMore));
        Assert.Equal(30, await CountAsync("SELECT COUNT(*) FROM orders WHERE customer_id = $1", guest));

        await Server.Db.WriteAsync(async tx => await tx.ExecuteAsync("UPDATE joining_guests SET next_at = $1", await tx.NowAsync()));
        Server.Get<GuestJoinings>().Wake();
        await JoinedAsync(guest);
        Assert.Equal(130, await CountAsync("SELECT COUNT(*) FROM orders WHERE customer_id = $1", account));
        await ShouldVerifyAsync();
    }

    [Fact]
    public async Task An_account_is_not_closed_while_orders_join_it()
    {
        var shop = await ShopOfGuestAsync();
        var guest = await PlaceManyAsync(shop, 1);
        var me = await RegisterAsync();
        _endless.IsOn = true;
        await PostAsync(me, "/auth/verify-email/send", new JsonObject());
        var proved = await PostAsync(me, "/auth/verify-email", new JsonObject { ["token"] = await TokenAsync() });
        Assert.Equal(1, proved.GetProperty("joinedOrders").GetInt32());
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/auth/me");
        request.Content = JsonContent.Create(new { password = Password });
        using var refused = await me.SendAsync(request);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((409, "orders_joining"), ((int)refused.StatusCode, problem.GetProperty("code").GetString()));

        _endless.IsOn = false;
        await JoinedAsync(guest);
        var order = await Server.Db.ReadAsync(s => s.FirstAsync("SELECT id FROM orders WHERE customer_email = $1", r => r.Uuid(0), _email));
        await PostAsync(Server.Admin, $"/orders/{order}/cancel", new JsonObject());
        await CloseAsync(me);
        await ShouldVerifyAsync();
    }

    /// <summary>A module that has more and more to hand over.</summary>
    private sealed class EndlessHook : AccountHook
    {
        public volatile bool IsOn;

        public override Task<(int Orders, AccountRemainder Left)> JoinAsync(Tx tx, JoiningGuest guest, DateTime now) =>
            Task.FromResult((0, IsOn ? AccountRemainder.More : AccountRemainder.Nothing));
    }

    private async Task<Shop> ShopOfGuestAsync()
    {
        var shop = await Shop.CreateAsync(Server.Db, 1000, 1000);
        await shop.AddCodeAsync("TEN", "percent", 1000);
        return shop;
    }

    /// <summary>Places orders of a guest, all with the same email.</summary>
    private async Task<Guid> PlaceManyAsync(Shop shop, int count)
    {
        var first = await PlaceAsync(shop, Server.Guest);
        await Task.WhenAll(Enumerable.Range(1, count - 1).Select(_ => PlaceAsync(shop, Server.Guest)));
        await SettleAsync();
        return first.GetProperty("customerId").GetGuid();
    }

    private Task JoinedAsync(Guid guest) => Until.TrueAsync("all have joined", async () => await CountAsync(
        "SELECT (SELECT COUNT(*) FROM joining_guests) + (SELECT COUNT(*) FROM orders WHERE customer_id = $1)", guest) == 0);
}
