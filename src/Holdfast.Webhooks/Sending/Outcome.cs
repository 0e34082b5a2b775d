using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Holdfast.Webhooks.Sending;

/// <summary>What came of a try.</summary>
/// <param name="HttpStatus">Null where there was no answer.</param>
/// <param name="Error">Null: it was taken (2xx).</param>
internal sealed record Outcome(int? HttpStatus, string? Error, TimeSpan Duration);
