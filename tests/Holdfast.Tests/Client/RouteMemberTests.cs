using System.Reflection;
using System.Text.RegularExpressions;
using Holdfast.Client;
using Holdfast.Platform.Http.Routing;
using Holdfast.Tests.Http;
using Refit;

namespace Holdfast.Tests.Client;

/// <summary>The client's members beside the server's route table: one for each, with the same parameters, and none besides.</summary>
public sealed partial class RouteMemberTests(SqliteEveryRoute host) : IClassFixture<SqliteEveryRoute>
{
    private static readonly List<(string Route, MethodInfo Member)> Members =
        [.. typeof(HoldfastClient).GetProperties().Select(p => p.PropertyType).Where(t => t.IsInterface).SelectMany(t => t.GetMethods())
            .Select(m => (RouteOf(m), m))];

    [Fact]
    public void Every_route_has_one_member_and_every_member_a_route() =>
        Assert.Equal(host.Routes.Rules.Select(r => $"{r.Method} {r.Pattern}").Order(StringComparer.Ordinal),
            Members.Select(m => m.Route).Order(StringComparer.Ordinal));

    [Fact]
    public void Members_have_the_parameters_of_the_query_and_the_path()
    {
        foreach (var rule in host.Routes.Rules)
        {
            var inPath = Parameter().Matches(rule.Pattern).Select(m => m.Groups[1].Value);
            var named = MemberOf(rule).GetParameters().Where(p => p.ParameterType != typeof(CancellationToken)
                && p.GetCustomAttribute<BodyAttribute>() is null && p.GetCustomAttribute<HeaderAttribute>() is null).Select(p => p.Name!);
            Assert.Equal((rule.ToString(), string.Join(' ', inPath.Concat(rule.Query).Order(StringComparer.Ordinal))),
                (rule.ToString(), string.Join(' ', named.Order(StringComparer.Ordinal))));
        }
    }

    [Fact]
    public void Members_take_a_key_where_the_server_honours_one()
    {
        var taking = Members.Where(m => Header(m.Member, "Idempotency-Key") is not null).Select(m => m.Route);
        Assert.Equal(host.Routes.Keyed.Select(r => $"{r.Method} {r.Pattern}").Order(StringComparer.Ordinal),
            taking.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Members_take_a_body_where_the_server_reads_one()
    {
        foreach (var rule in host.Routes.WithBody)
        {
            var body = MemberOf(rule).GetParameters().SingleOrDefault(p => p.GetCustomAttribute<BodyAttribute>() is not null);
            // What is delivered takes no more than the key, which has a header of its own.
            var expected = host.Routes.HasBody(rule) && !rule.Pattern.EndsWith("/deliver", StringComparison.Ordinal);
            Assert.True(expected == body is not null, $"{rule} and the body of the client's member");
        }
    }

    [Fact]
    public void Every_member_can_be_cancelled() => Assert.All(Members, m =>
        Assert.True(m.Member.GetParameters()[^1] is { HasDefaultValue: true } last && last.ParameterType == typeof(CancellationToken),
            m.Route));

    /// <summary>Each member of each body that a route takes is one of the client's record, and the other way round.</summary>
    [Fact]
    public void Bodies_have_the_members_that_the_server_reads()
    {
        // These exclude a member that the server's example has, or are the key, which has a header of its own.
        string[] apart = ["idempotencyKey", "counted", "version"];
        foreach (var (rule, example) in host.Routes.Bodies.Where(b => !b.Route.Pattern.EndsWith("/deliver", StringComparison.Ordinal)))
        {
            var type = MemberOf(rule).GetParameters().Single(p => p.GetCustomAttribute<BodyAttribute>() is not null).ParameterType;
            var known = StrictClient.Json.GetTypeInfo(type).Properties.Select(p => p.Name).Except(apart);
            var read = example.Select(m => m.Key).Except(apart).ToList();
            var beyond = known.Except(read).Except(Elsewhere.GetValueOrDefault($"{rule.Method} {rule.Pattern}") ?? []);
            Assert.True(!read.Except(known).Any() && !beyond.Any(),
                $"{rule}: {type.Name} lacks {string.Join(", ", read.Except(known))}, and the server knows no {string.Join(", ", beyond)}");
        }
    }

    /// <summary>Members that a record has for another route with the same body, or that the example's others exclude.</summary>
    private static readonly Dictionary<string, string[]> Elsewhere = new()
    {
        ["PUT /api/v1/products/{id}"] = ["storeId"],
        ["POST /api/v1/discount-codes"] = ["storeId"],
        ["PUT /api/v1/discount-codes/{code}"] = ["storeId", "code"],
        ["POST /api/v1/orders/{id}/confirm"] = ["code"],
    };

    private static MethodInfo MemberOf(RouteRule rule) => Members.Single(m => m.Route == $"{rule.Method} {rule.Pattern}").Member;

    private static string RouteOf(MethodInfo member)
    {
        var route = member.GetCustomAttribute<HttpMethodAttribute>();
        Assert.True(route is not null, $"{member.DeclaringType!.Name}.{member.Name} has no route");
        return $"{route.Method} {route.Path}";
    }

    private static ParameterInfo? Header(MethodInfo member, string name) =>
        member.GetParameters().SingleOrDefault(p => p.GetCustomAttribute<HeaderAttribute>()?.Header == name);

    [GeneratedRegex(@"\{([^}]+)\}")]
    private static partial Regex Parameter();
}
