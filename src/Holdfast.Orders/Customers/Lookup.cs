using System.Net;
using System.Threading.Channels;
using Holdfast.Identity;
using Holdfast.Platform.Data;
using Holdfast.Platform.Messaging;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orders;

/// <summary>What somebody says that they have ordered, and in which language they want to read about it.</summary>
/// <param name="Client">The address that asks, as limits count it.</param>
internal sealed record Lookup(string Number, string Email, bool IsVietnamese, IPAddress Client);
