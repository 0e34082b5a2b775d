using System.Collections.Frozen;

namespace Holdfast.Catalog.Core;

/// <summary>
/// The currencies of ISO 4217 (list one, as of 2026) and the digits of their minor units. Left out: metals, funds and units of account,
/// which nobody pays with, and withdrawn codes.
/// </summary>
public static class Currencies
{
    private const string NoDigits = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";

    private const string TwoDigits =
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP "
        + "DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR "
        + "LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB "
        + "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG "
        + "YER ZAR ZMW ZWG";

    private const string ThreeDigits = "BHD IQD JOD KWD LYD OMR TND";

    private static readonly FrozenDictionary<string, int> ByCode =
        new[] { (NoDigits, 0), (TwoDigits, 2), (ThreeDigits, 3) }
            .SelectMany(list => list.Item1.Split(' ').Select(code => KeyValuePair.Create(code, list.Item2)))
            .ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every code, in no order.</summary>
    public static IReadOnlyCollection<string> Codes => ByCode.Keys;

    /// <summary>
    /// How many digits the minor unit has (VND 0, BRL 2, KWD 3); null when there is no such currency. Codes are upper case.
    /// </summary>
    public static int? Digits(string code) => ByCode.TryGetValue(code, out var digits) ? digits : null;
}
