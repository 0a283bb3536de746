namespace EndToEnd.Tests.KillPoints;

/// <summary>When a process ends.</summary>
internal enum Moment
{
    /// <summary>As a request arrives, before it is handled.</summary>
    Before,

    /// <summary>While a program that it started is at work, which then goes on alone.</summary>
    Meanwhile,

    /// <summary>Once the request was handled or the program ended, before the process hears of it.</summary>
    After,
}
