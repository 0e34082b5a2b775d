using System.Text;

namespace Holdfast.Platform.Text;

/// <summary>
/// Words that a reader takes for ASCII although they are not. Letters of the phonetic alphabet are no letters of names. Of other letters
/// only words are looked at that have nothing else: <c>рау</c> in Cyrillic is read as pay, <c>привет</c> as what it is. Under a domain that
/// ends in another alphabet (рф) such a word is expected. The Cyrillic letters are those of Chromium's rule for domains.
/// </summary>
internal static class LookAlikes
{
    /// <summary>Phonetic letters and small capitals: no word of a language needs them instead of the letter that they look like.</summary>
    private const string Phonetic = "ȷƅǀǃɑɡɪʏʟɴʀʙɢʜɩʋꞁꜰꜱᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ";

    /// <summary>The letter i without its dot: honest in Turkish, and there seldom the only letter that is not ASCII.</summary>
    private const char Dotless = 'ı';

    private const string Cyrillic = "аысԁеԍһіюкјӏорԗԛѕԝхуъьҽпгѵѡү";
    private const string Greek = "αγεηικνορτυχωϲϳσ";
    private const string Armenian = "ագզհյոռսցւօքլն";

    /// <summary>As its capitals; its small letters are the same a little smaller.</summary>
    private const string Cherokee = "ᎠᎡᎢᎥᎪᎫᎬᎳᎷᎻᎽᏀᏃᏎᏏᏒᏔᏕᏙᏚᏞᏟᏢᏦᏧ";

    private const string Alike = Cyrillic + Greek + Armenian + Cherokee;

    /// <summary>From the capital letters to the small ones (U+AB70).</summary>
    private const int CherokeeSmall = 0xAB70 - 0x13A0;

    /// <summary>Whether the word would be taken for one of ASCII.</summary>
    /// <param name="isUnderAscii">The domain ends in ASCII: com, vn. Else letters of other alphabets are expected.</param>
    public static bool LooksAscii(string word, bool isUnderAscii)
    {
        var (others, alike) = (0, 0);
        foreach (var rune in word.EnumerateRunes())
        {
            if (Phonetic.Contains(rune.ToString(), StringComparison.Ordinal))
            {
                return true;
            }

            others += rune.IsAscii ? 0 : 1;
            alike += rune.Value == Dotless || (isUnderAscii && IsAlike(rune)) ? 1 : 0;
        }

        return others > 0 && others == alike;
    }

    private static bool IsAlike(Rune rune)
    {
        var letter = rune.Value is >= 0xAB70 and <= 0xABBF ? new Rune(rune.Value - CherokeeSmall) : rune;
        return Alike.Contains(letter.ToString(), StringComparison.Ordinal);
    }
}
