using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Holdfast.Tests.Tidy;

/// <summary>A route is found by its use case: each endpoint is a class of its own, which serves one route by <c>HandleAsync</c>.</summary>
public sealed class EndpointTests
{
    private static readonly string[] Verbs = ["Get", "Post", "Put", "Patch", "Delete"];

    /// <summary>Classes that serve several routes, and why.</summary>
    private static readonly Dictionary<string, string> Shared = new(StringComparer.Ordinal)
    {
        ["Health"] = "its three routes are three views of one check, which they share",
    };

    [Fact]
    public void Each_endpoint_serves_one_route() => Tidy.Holds(Crowded, Repository.Product);

    [Fact]
    public void A_class_that_serves_two_routes_can_be_found()
    {
        Tidy.Finds(Crowded, "src/Holdfast.Orders/OrdersModule.cs", Table("""
            app.Get<Orders>("/orders", Access.Staff, (u, r) => u.HandleAsync(r));
            app.Post<Orders>("/orders", Access.Staff, (u, r) => u.HandleAsync(r));
            """), Table("""app.Get<Orders>("/orders", Access.Staff, (u, r) => u.ListAsync(r), "limit");"""));
        Tidy.Passes(Crowded, "src/Holdfast.Orders/OrdersModule.cs", Table("""
            app.Get<ListOrders>("/orders", Access.Staff, (u, r) => u.HandleAsync(r));
            app.Post<PlaceOrder>("/orders", Access.Staff, Limit.Placing, (u, r) => u.HandleAsync(r));
            """), Table("cache.Get<Order>(\"a\"); cache.Get<Order>(\"b\");"));
    }

    private static string Table(string routes) => $"class M {{ static void Map(IEndpointRouteBuilder app) {{ {routes} }} }}";

    private static IEnumerable<Finding> Crowded(SourceFile file)
    {
        var routes = file.Root.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Select(call => (Call: call, Member: call.Expression as MemberAccessExpressionSyntax))
            .Where(r => r.Member is { Expression: IdentifierNameSyntax { Identifier.Text: "app" }, Name: GenericNameSyntax name }
                && Verbs.Contains(name.Identifier.Text))
            .Select(r => (r.Call, Type: ((GenericNameSyntax)r.Member!.Name).TypeArgumentList.Arguments[0].ToString()))
            .Where(r => !Shared.ContainsKey(r.Type))
            .ToList();
        var twice = routes.GroupBy(r => r.Type).SelectMany(g => g.Skip(1))
            .Select(r => file.Found(r.Call, $"{r.Type} serves another route already"));
        var other = routes.Where(r => !r.Call.ToString().Contains(".HandleAsync(", StringComparison.Ordinal))
            .Select(r => file.Found(r.Call, $"{r.Type} serves its route by another method than HandleAsync"));
        return twice.Concat(other);
    }
}
