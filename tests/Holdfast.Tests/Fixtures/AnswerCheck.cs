using System.Reflection;
using System.Text.Json;
using Holdfast.Client;
using Holdfast.Tests.Client;
using Refit;

namespace Holdfast.Tests.Fixtures;

/// <summary>
/// Around every client of a test's server: each answer of a route that succeeds must be what the record of the client's member says, with
/// no member more and none less. So the whole suite tries the records, with whatever its tests make.
/// </summary>
public sealed class AnswerCheck() : DelegatingHandler(new SocketsHttpHandler())
{
    private static readonly List<(string Method, string[] Path, Type? Answer)> _routes =
        [.. typeof(HoldfastClient).GetProperties().Select(p => p.PropertyType).Where(t => t.IsInterface).SelectMany(t => t.GetMethods())
            .Select(m => (Route: m.GetCustomAttribute<HttpMethodAttribute>()!, m.ReturnType))
            .Select(m => (m.Route.Method.Method, m.Route.Path.Split('/'), m.ReturnType.GenericTypeArguments.SingleOrDefault()))
            // A path without parameters goes before one with.
            .OrderBy(r => r.Item2.Count(IsParameter))];

    /// <summary>What an answer of the method at the path is read as; null where nobody says.</summary>
    public static Type? TypeOf(string method, string path)
    {
        var parts = path.Split('/');
        return _routes.Find(r => r.Method == method && r.Path.Length == parts.Length
            && r.Path.Zip(parts).All(p => IsParameter(p.First) || p.First == p.Second)).Answer;
    }

    /// <summary>Throws where the JSON is not what the type says.</summary>
    public static void Check(Type type, ReadOnlySpan<byte> json, string route)
    {
        try
        {
            JsonSerializer.Deserialize(json, StrictClient.Json.GetTypeInfo(type));
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"{route} is not what the client's {type.Name} says: {e.Message}", e);
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        if (answer.IsSuccessStatusCode && answer.Content.Headers is { ContentType.MediaType: "application/json" }
            && TypeOf(request.Method.Method, request.RequestUri!.AbsolutePath) is { } type)
        {
            await answer.Content.LoadIntoBufferAsync(cancellationToken);
            Check(type, await answer.Content.ReadAsByteArrayAsync(cancellationToken),
                $"{request.Method} {request.RequestUri.AbsolutePath}");
        }

        return answer;
    }

    private static bool IsParameter(string part) => part.StartsWith('{');
}
