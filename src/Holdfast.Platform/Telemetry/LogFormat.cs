using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Holdfast.Platform.Telemetry;

/// <summary>How log lines are written.</summary>
public enum LogFormat
{
    /// <summary>For people: time, level, text.</summary>
    Text,

    /// <summary>For machines: one JSON object a line.</summary>
    Json,
}
