namespace RobustnessGate.Policies;

/// <summary>Whether values that are given per channel are as many as the input has channels.</summary>
internal static class ChannelFit
{
    /// <param name="key">Of the policy, whose values they are.</param>
    /// <returns>What is wrong and what to do; null where one value or one per channel is given, or none.</returns>
    public static string? Misfit(string key, int count, InputSection input)
    {
        if (count <= 1 || count == input.Channels)
        {
            return null;
        }

        var last = input.Layout == ChannelLayout.ChannelsLast;
        var (which, other) = last ? ("last", "first") : ("first", "last");
        return $"'{key}' has {count} values but the input has {input.Channels} channels (the {which} dimension of 'shape'). Write one value, or {input.Channels}"
            + ((last ? input.Shape[0] : input.Shape[^1]) == count ? $"; or layout: channels-{other}, if the channels are the {other} dimension." : ".");
    }
}
