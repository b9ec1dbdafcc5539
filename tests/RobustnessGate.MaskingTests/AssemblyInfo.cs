// One after the other: a collection of garbage by another thread may free a number that a native call still reads (docs/decisions/0011).
[assembly: CollectionBehavior(DisableTestParallelization = true)]
