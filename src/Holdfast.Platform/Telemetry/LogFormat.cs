
namespace Holdfast.Platform.Telemetry;

/// <summary>How log lines are written.</summary>
public enum LogFormat
{
    /// <summary>For people: time, level, text.</summary>
    Text,

    /// <summary>For machines: one JSON object a line.</summary>
    Json,
}
