import ArgumentParser

/// The program: its commands in the order in which they are used.
struct NNDet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nndet",
        abstract: "Self-configuring detection of objects in medical images.",
        discussion: """
            Put images and annotated objects into a task folder, let the program measure and plan, train, and predict:

              nndet run 100             everything below, resumable; 'nndet status 100' tells how far it is

              nndet prep 100            check, crop, plan and preprocess Task100_…
              nndet unpack …            unpack the preprocessed arrays for training
              nndet train 100           train one fold (-o exp.fold=0 … 4), --sweep tunes the inference
              nndet consolidate 100 …   join the folds into one model
              nndet predict 100 …       find objects in the test images
              nndet predict --model …   find objects in any image, with a trained model
              nndet eval 100 …          score what was found
              nndet report 100 …        make a page of it, with pictures

            'nndet example' makes a toy task to try all of this.

            Tasks are given by full name (Task100_Lung), number (100) or a unique part (Lung).
            Options may be written with hyphens or underscores.

            ENVIRONMENT:
              det_data                folder of the tasks (default: ./nndet_data)
              det_models              folder of the models (default: ./nndet_models)
              det_num_threads         threads that make training batches (default: as many as processors)
              det_verbose             0 hides progress (default: 1)
              det_conf                folders with configuration files of your own, parted by colons
            """,
        version: Version.text,
        subcommands: [
            ExampleCommand.self, RunCommand.self, StatusCommand.self, PrepCommand.self, UnpackCommand.self, TrainCommand.self,
            SweepCommand.self, ConsolidateCommand.self,
            PredictCommand.self, EvalCommand.self, ReportCommand.self, CompareCommand.self, LunaCommand.self, ModelCommand.self,
            ImportPythonCommand.self, ExportPythonCommand.self,
            BoxImagesCommand.self, SegmentationImagesCommand.self, SplitCommand.self, SegmentationCommand.self, ForegroundCommand.self,
            EnvCommand.self, SearchPathCommand.self, ShowAugmentationCommand.self, ConfigCommand.self, ListCommand.self,
            DatasetCommand.self, NNUNetCommand.self, SubmissionCommand.self, CompletionCommand.self, ManualCommand.self,
        ])
}
