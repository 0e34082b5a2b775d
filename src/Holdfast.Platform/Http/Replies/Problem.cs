using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Holdfast.Platform.Http.Replies;

/// <summary>Writes replies. Errors become RFC 9457 problem documents, with <c>detail</c> in the caller's language.</summary>
public static class Problem
{
    /// <summary>Writes the reply. Does nothing if an answer has already begun.</summary>
    public static async Task WriteAsync(HttpContext http, Reply reply)
    {
        var response = http.Response;
        if (response.HasStarted)
        {
            return;
        }

        response.StatusCode = reply.Status;
        var etag = reply.ETag ?? (reply.Version is { } version ? $"\"{version}\"" : null);
        // Answers are their caller's alone, and some hold a token or a key. What has a tag a browser may keep, if it asks each time whether
        // it still holds.
        if (response.Headers.CacheControl.Count == 0)
        {
            response.Headers.CacheControl = etag is not null && reply.Error is null && IsReading(http.Request.Method) ? "private, no-cache"
                : "no-store";
        }

        if (reply.Error is { } error)
        {
            await WriteErrorAsync(http, error);
            return;
        }

        if (reply.Location is { } location)
        {
            response.Headers.Location = location;
        }

        if (reply.Cache is { } cache)
        {
            response.Headers["X-Cache"] = cache;
        }

        if (etag is not null)
        {
            response.Headers.ETag = etag;
            if (reply.Status == StatusCodes.Status200OK && IsReading(http.Request.Method) && Has(http.Request.Headers.IfNoneMatch, etag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }

        if (reply.Replayed)
        {
            response.Headers["Idempotency-Replayed"] = "true";
        }

        if (reply.Status != StatusCodes.Status204NoContent)
        {
            response.ContentType = "application/json; charset=utf-8";
            response.ContentLength = reply.Body.Length;
            await response.BodyWriter.WriteAsync(reply.Body, http.RequestAborted);
        }
    }

    private static async Task WriteErrorAsync(HttpContext http, Error error)
    {
        var response = http.Response;
        response.ContentType = "application/problem+json";
        var vietnamese = IsVietnamese(http);
        response.Headers.ContentLanguage = vietnamese ? "vi" : "en";
        if ((error.RetryAfterSeconds ?? (error.Status == 503 ? 1 : null)) is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        else if (error.Status == 401)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        var body = Body(error, vietnamese, http.TraceIdentifier);
        response.ContentLength = body.Length;
        await response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }

    /// <summary>The document, UTF-8 JSON.</summary>
    /// <param name="traceId">The id of the request in the log.</param>
    public static byte[] Body(Error error, bool vietnamese, string traceId)
    {
        using var stream = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = Reply.Json.Encoder, SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteString("type", $"urn:holdfast:error:{error.Code}");
            json.WriteString("title", error.English);
            json.WriteNumber("status", error.Status);
            json.WriteString("detail", vietnamese ? error.Vietnamese : error.English);
            json.WriteString("code", error.Code);
            json.WriteString("traceId", traceId);
            if (error.Extensions is { } members)
            {
                foreach (var (name, value) in members)
                {
                    json.WritePropertyName(name);
                    JsonSerializer.Serialize(json, value, Reply.Json);
                }
            }

            if (error.Fields is { } fields)
            {
                json.WritePropertyName("errors");
                JsonSerializer.Serialize(json, fields, Reply.Json);
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static bool IsReading(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    /// <summary>Whether <c>If-None-Match</c> names the tag, compared weakly as RFC 9110 says, or is <c>*</c>.</summary>
    private static bool Has(StringValues known, string etag)
    {
        foreach (var line in known)
        {
            foreach (var part in line.AsSpan().Split(','))
            {
                var tag = line.AsSpan(part).Trim();
                if (tag is "*" || (tag.StartsWith("W/") ? tag[2..] : tag).SequenceEqual(etag))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether Vietnamese precedes English in Accept-Language.</summary>
    internal static bool IsVietnamese(HttpContext http) => Locale(http) == "vi";

    /// <summary>
    /// Returns the first of <c>vi</c> and <c>en</c> that Accept-Language names, in any region. Weights are ignored, because browsers list
    /// languages in the order of their weights.
    /// </summary>
    internal static string? Locale(HttpContext http)
    {
        string? accept = http.Request.Headers.AcceptLanguage;
        foreach (var range in accept.AsSpan().Split(','))
        {
            var tag = accept.AsSpan()[range].Trim();
            foreach (var known in (ReadOnlySpan<string>)["vi", "en"])
            {
                if (tag.StartsWith(known, StringComparison.OrdinalIgnoreCase)
                    && (tag.Length == known.Length || tag[known.Length] is '-' or ';' or ' '))
                {
                    return known;
                }
            }
        }

        return null;
    }
}
