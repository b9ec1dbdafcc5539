using System.Collections.Immutable;
using RobustnessGate.Diagnostics;

namespace RobustnessGate.Samples;

/// <summary>A file of a public data set.</summary>
/// <param name="Name">As it is stored.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
/// <param name="Addresses">Where it is offered, in the order in which they are tried.</param>
/// <param name="Members">Files to take out of it where it is a .tar.gz, by name without folders; else empty.</param>
internal sealed record PublicFile(
    string Name, long Bytes, string Sha256, ImmutableArray<Uri> Addresses, ImmutableArray<string> Members);

/// <summary>
/// Public data sets that <c>data fetch</c> knows. Addresses are the publishers' own (for MNIST, whose first address no
/// longer answers, the mirrors that the large frameworks use); hashes are those that several of these publish alike.
/// </summary>
internal sealed record PublicData(string Name, ImmutableArray<PublicFile> Files)
{
    public static readonly ImmutableArray<PublicData> All =
    [
        new("mnist", [.. Idx(
            ["https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/"],
            ("train-images-idx3-ubyte.gz", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
            ("train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            ("t10k-images-idx3-ubyte.gz", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
            ("t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"))]),
        new("fashion-mnist", [.. Idx(
            ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
            ("train-images-idx3-ubyte.gz", 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
            ("train-labels-idx1-ubyte.gz", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            ("t10k-images-idx3-ubyte.gz", 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
            ("t10k-labels-idx1-ubyte.gz", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"))]),
        new("cifar10", [new PublicFile(
            "cifar-10-binary.tar.gz", 170052171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            [new Uri("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz")],
            ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin", "batches.meta.txt"])]),
    ];

    /// <exception cref="MistakeException">RG0340: no such data set.</exception>
    public static PublicData Find(string name) => All.FirstOrDefault(data => data.Name == name)
        ?? throw new MistakeException(ExitCode.BadCommandLine, new Finding(
            "RG0340", Severity.Error, null, $"there is no data set '{name}' to fetch. Known: {string.Join(", ", All.Select(data => data.Name))}."));

    private static IEnumerable<PublicFile> Idx(string[] roots, params (string Name, long Bytes, string Sha256)[] files) =>
        files.Select(file => new PublicFile(file.Name, file.Bytes, file.Sha256, [.. roots.Select(root => new Uri(root + file.Name))], []));
}
