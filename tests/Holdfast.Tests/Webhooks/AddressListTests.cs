using System.Net;
using Holdfast.Webhooks.Core;
using Microsoft.Security.AntiSSRF;

namespace Holdfast.Tests.Webhooks;

/// <summary>
/// Our list of networks that nothing is sent to, against that of Microsoft.Security.AntiSSRF: ours may have more, never less.
/// </summary>
public sealed class AddressListTests
{
    public static TheoryData<string> Denied =>
        [.. new AntiSSRFPolicy(PolicyConfigOptions.ExternalOnlyLatest).DeniedAddresses
            .Concat(typeof(IPAddressRanges).GetFields().SelectMany(f => (string[])f.GetValue(null)!)).Distinct(StringComparer.Ordinal)];

    [Fact]
    public void There_is_a_list() => Assert.True(Denied.Count >= 40);

    [Theory]
    [MemberData(nameof(Denied))]
    public void No_address_of_a_network_that_it_has_is_public(string network)
    {
        foreach (var address in Probes(IPNetwork.Parse(network)))
        {
            Assert.False(Addresses.IsPublic(address.GetAddressBytes()), $"{address} of {network}");
            Assert.False(Addresses.IsPublic(address.MapToIPv6().GetAddressBytes()), $"{address} of {network} within IPv6");
        }
    }

    [Fact]
    public void A_network_that_we_lack_would_be_found() =>
        Assert.Contains(Probes(IPNetwork.Parse("8.0.0.0/7")), a => Addresses.IsPublic(a.GetAddressBytes()));

    /// <summary>The first and the last address of the network, and of each of its parts that are up to 8 bits smaller.</summary>
    private static IEnumerable<IPAddress> Probes(IPNetwork network)
    {
        var first = network.BaseAddress.GetAddressBytes();
        var more = Math.Min(8, (first.Length * 8) - network.PrefixLength);
        for (var part = 0; part < 1 << more; part++)
        {
            var (low, high) = ((byte[])first.Clone(), (byte[])first.Clone());
            for (var bit = network.PrefixLength; bit < first.Length * 8; bit++)
            {
                var place = bit - network.PrefixLength;
                var mask = (byte)(0x80 >> (bit % 8));
                var isSet = place < more && ((part >> (more - 1 - place)) & 1) == 1;
                low[bit / 8] |= isSet ? mask : (byte)0;
                high[bit / 8] |= isSet || place >= more ? mask : (byte)0;
            }

            yield return new IPAddress(low);
            yield return new IPAddress(high);
        }
    }
}
