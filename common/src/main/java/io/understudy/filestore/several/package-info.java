/**
 * Several filestores as one: each write goes to all of them, each read to the first that can answer. Which of them
 * suffice for a commit or a claim is decided here; what they are for is not known here.
 */
package io.understudy.filestore.several;
