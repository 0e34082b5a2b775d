
namespace Holdfast.Platform.Telemetry;

/// <summary>One line of the log about a request. No query string, no headers, no body: there secrets may be.</summary>
public readonly record struct RequestLine(DateTime Time, string Method, string Path, int Status, double Milliseconds, string TraceId);
