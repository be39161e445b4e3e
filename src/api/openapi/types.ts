import type { OpenAPIObject } from '@nestjs/swagger';

/** Parts of OpenAPIObject, which @nestjs/swagger does not export by themselves. */
export type Paths = OpenAPIObject['paths'];
export type OperationObject = NonNullable<Paths[string]['get']>;
export type ParameterObject = Extract<NonNullable<OperationObject['parameters']>[number], { in: string }>;
export type ResponseObject = Extract<OperationObject['responses'][string], { description: string }>;
type Headers = NonNullable<ResponseObject['headers']>;
export type HeaderObject = Exclude<Headers[string], { $ref: string }>;
