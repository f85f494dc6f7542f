// SPDX-License-Identifier: Apache-2.0
//
// Signals as something that poll() can wait for.
#pragma once

namespace befriend::terminal {

class Signals {
public:
    // Takes over interrupt, terminate, hang-up, window change and continue until destroyed.
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    // Readable when a signal came.
    int descriptor() const;

    struct Came {
        bool leave = false;      // Ctrl-C, terminate, hang-up
        bool resize = false;     // the window has another size
        bool continued = false;  // after being stopped
    };
    // What came since the last call.
    Came take();
};

}  // namespace befriend::terminal
