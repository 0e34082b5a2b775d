using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Telemetry;

/// <summary>One line of the log about a request. No query string, no headers, no body: there secrets may be.</summary>
public readonly record struct RequestLine(DateTime Time, string Method, string Path, int Status, double Milliseconds, string TraceId);
