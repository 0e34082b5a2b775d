using System.Diagnostics;
using System.Net.Http.Json;
using Holdfast.Identity.Accounts;
using Holdfast.Identity.Core;
using Holdfast.Identity.Links;
using Holdfast.Identity.SignIn;
using Holdfast.Identity.Tokens;
using Holdfast.Tests.Fixtures;

namespace Holdfast.Tests.Identity;

/// <summary>Which passwords are refused (OWASP ASVS 2.1.7), and that those of people who take care are not.</summary>
public sealed class PasswordRulesTests
{
    private const string Email = "Lan.Nguyen92@bookshop.example";
    private static readonly string[] Known = ["Nguyễn Thị Lan", "Nhà sách Phương Nam", "phuong-nam", "bookshop"];

    private static string? Fault(string password) => PasswordRules.Fault(password, Email, Known);

    [Fact]
    public void The_list_has_the_top_three_thousand_of_the_length_and_each_is_refused_in_any_case()
    {
        using var resource = typeof(PasswordRules).Assembly.GetManifestResourceStream("CommonPasswords.txt")!;
        using var reader = new StreamReader(resource);
        var words = reader.ReadToEnd().Split('\n').Where(w => w.Length >= PasswordRules.MinLength && w[0] != '#').ToList();
        Assert.True(words.Count >= 3000, $"{words.Count} words");
        Assert.All(words, w => Assert.NotNull(PasswordRules.Fault(w.ToUpperInvariant(), "x@example.com")));
    }

    [Theory]
    [InlineData("michelle1")]
    [InlineData("P@ssw0rd")]
    [InlineData("Passw0rd!")]
    [InlineData("!!Monkey!!")]
    [InlineData("dragon1987")]
    [InlineData("Superman2025!")]
    [InlineData("123shadow123")]
    [InlineData("passwordpassword")]
    [InlineData("monkeymonkeymonkey")]
    [InlineData("drowssap")]
    [InlineData("mat-khau-123")]
    [InlineData("mậtkhẩu123")]
    [InlineData("Hanoi2026")]
    [InlineData("trustno1trustno1")]
    [InlineData("xqxxqqxqxxxq")]
    public void Common_ones_are_refused_however_they_are_trimmed(string password) =>
        Assert.Equal("is one of the most common passwords", Fault(password));

    [Theory]
    [InlineData("fghjklrtyuiop")]
    [InlineData("1qaz@wsx3edc")]
    [InlineData("poiuytlkjhg")]
    [InlineData("okm987654321")]
    [InlineData("zyxwvutsr")]
    [InlineData("a9s8d7f6")]
    [InlineData("b2k7b2k7b2k7")]
    [InlineData("zzzzzkkkkkpp")]
    [InlineData("14031987")]
    [InlineData("19871988")]
    [InlineData("w3e4r5t6")]
    [InlineData("$%^&*(_?")]
    [InlineData("qsdfghjklm!!")]
    public void Walks_repetitions_and_years_are_refused(string password) =>
        Assert.Contains(Fault(password),
        (string?[])["is one of the most common passwords", "must not be a row of keys, a repetition or a year"]);

    [Theory]
    [InlineData("lan.nguyen")]
    [InlineData("nguyenlan!")]
    [InlineData("NguyễnLan1992")]
    [InlineData("PhuongNam2019!")]
    [InlineData("L4nNguy3n")]
    [InlineData("phuongnam")]
    [InlineData("PhươngNam99!")]
    [InlineData("nhasachphuongnam")]
    [InlineData("phuong123456")]
    [InlineData("b00kshop!!")]
    public void The_accounts_and_the_shops_own_words_are_refused(string password) =>
        Assert.Equal("must not be made of the email, the name or the shop's name", Fault(password));

    [Theory]
    [InlineData("correct horse battery staple")]
    [InlineData("lan thích đọc truyện tranh")]
    [InlineData("a good password")]
    [InlineData("cà phê sữa đá")]
    [InlineData("t7#Kq!v2")]
    [InlineData("xanh-1987-lotus")]
    [InlineData("mưa rào tháng bảy")]
    [InlineData("Zwq81kfmpl")]
    [InlineData("nguyenKv7#qp2")]
    [InlineData("ngôi nhà 19 cây xoài")]
    public void Others_pass(string password) => Assert.Null(Fault(password));

    [Fact]
    public void The_longest_password_against_a_thousand_names_is_judged_at_once()
    {
        var names = Enumerable.Range(0, 1000).Select(i => $"Cửa hàng số {i} Hà Nội").ToList();
        var clock = Stopwatch.StartNew();
        Assert.Null(
            PasswordRules.Fault(
            string.Concat(Enumerable.Range(0, 32).Select(i => $"{i * 7919 % 9973:x}pQz!".AsSpan(0, 5).ToString() + "kw "))
            .PadRight(256, 'x')[..256], Email, names));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"{clock.Elapsed}");
    }

    [Fact]
    public void Old_hashes_lack_what_a_failure_makes_up_for_and_new_ones_nothing()
    {
        var old = new Microsoft.AspNetCore.Identity.PasswordHasher<object>().HashPassword(new object(), "a good password");
        Assert.Equal(Passwords.Iterations - 100_000, Passwords.IterationsLacking(old));
        Assert.Equal(0, Passwords.IterationsLacking(Passwords.Hash("a good password")));
        Assert.True(Passwords.Iterations >= 210_000);
        Assert.Equal(Microsoft.AspNetCore.Identity.PasswordVerificationResult.SuccessRehashNeeded,
            Passwords.Verify(Passwords.Hasher, old, "a good password"));
        Assert.Equal(Microsoft.AspNetCore.Identity.PasswordVerificationResult.Success,
            Passwords.Verify(Passwords.Hasher, Passwords.Hash("a good password"), "a good password"));
    }

    /// <summary>
    /// The least of several tries, in turns: what else the machine does only ever makes it longer. An old hash alone takes less than half.
    /// </summary>
    [Fact]
    public void A_wrong_password_takes_as_long_against_an_old_hash_as_against_a_new_one_or_none()
    {
        var old = new Microsoft.AspNetCore.Identity.PasswordHasher<object>().HashPassword(new object(), "a good password");
        string?[] hashes = [old, Passwords.Hash("a good password"), null];
        var least = new[] { double.MaxValue, double.MaxValue, double.MaxValue };
        for (var i = 0; i < 45; i++)
        {
            var start = Stopwatch.GetTimestamp();
            Passwords.Verify(Passwords.Hasher, hashes[i % 3], "wrong password");
            least[i % 3] = Math.Min(least[i % 3], Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        Assert.InRange(least[0] / least[1], 0.65, 2);
        Assert.InRange(least[2] / least[1], 0.65, 2);
    }
}

/// <summary>The words of the account and of the shop reach the rules by every way on which a password is set.</summary>
public abstract class PasswordWordsTests(TestHost host)
{
    [Fact]
    public async Task The_name_of_the_owner_is_no_password()
    {
        var email = $"quynh.{Guid.CreateVersion7():N}@example.com";
        Assert.Equal(400, await PostAsync(host.Server.Guest, "register", new { email, password = "QuỳnhTrâm88", name = "Lê Quỳnh Trâm" }));
        Assert.Equal(201,
            await PostAsync(host.Server.Guest, "register", new { email, password = "một mật khẩu dài", name = "Lê Quỳnh Trâm" }));
        var account = (await host.Server.Get<AccountStore>().FindByEmailAsync(email))!.Value.Account;
        var client = host.Server.Client(host.Server.Get<TokenReader>().Make(account));
        Assert.Equal(400, await PostAsync(client, "password", new { currentPassword = "một mật khẩu dài", newPassword = "quynhtram1!" }));
        var token = OneTimeLinks.NewToken();
        await host.Server.Db.WriteAsync(async tx =>
        {
            var batch = tx.Batch();
            OneTimeLinks.Add(batch, token, OneTimeLinks.ResetPassword, account.Id, await tx.NowAsync());
            await batch.RunAsync();
        });
        Assert.Equal(400, await PostAsync(host.Server.Guest, "reset-password", new { token, password = "LêQuỳnhTrâm" }));
        Assert.Equal(204, await PostAsync(host.Server.Guest, "reset-password", new { token, password = "mưa rào tháng bảy" }));
    }

    [Fact]
    public async Task A_name_of_a_store_is_no_password()
    {
        var shop = await Holdfast.Tests.Orders.Shop.CreateAsync(host.Server.Db, 1);
        await host.Server.Db.WriteAsync(tx => tx.ExecuteAsync("UPDATE stores SET name = 'Bồ Câu Trắng' WHERE id = $1", shop.StoreId));
        var email = $"{Guid.CreateVersion7():N}@example.com";
        Assert.Equal(400, await PostAsync(host.Server.Guest, "register", new { email, password = "bocautrang99" }));
        Assert.Equal(201, await PostAsync(host.Server.Guest, "register", new { email, password = "chim sẻ và lúa" }));
    }

    private static async Task<int> PostAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/auth/{path}", body);
        return (int)answer.StatusCode;
    }
}

public sealed class PasswordWords_on_sqlite(SqliteHost host) : PasswordWordsTests(host), IClassFixture<SqliteHost>;

public sealed class PasswordWords_on_postgresql(PostgresHost host) : PasswordWordsTests(host), IClassFixture<PostgresHost>;
