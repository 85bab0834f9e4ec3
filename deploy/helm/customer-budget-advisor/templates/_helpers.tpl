{{- define "advisor.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "advisor.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "advisor.labels" -}}
{{ include "advisor.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "advisor.image" -}}
{{- with .Values.image -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end }}

{{- define "advisor.secretVariables" -}}
{{- range .variables }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ $.root.Values.existingSecret }}
      key: {{ . }}
{{- end }}
{{- end }}

{{/* The variables of the server and of its own check before it. */}}
{{- define "advisor.environment" -}}
- name: ADVISOR_HOST
  value: 0.0.0.0
- name: ADVISOR_PORT
  value: "5005"
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- include "advisor.secretVariables" (dict "root" . "variables" (list "ADVISOR_DATABASE_URL" "ADVISOR_REDIS_URL" "ADVISOR_API_TOKEN" "ADVISOR_SECRET_KEY")) }}
{{- end }}

{{- define "advisor.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "advisor.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "advisor.mounts" -}}
- name: tmp
  mountPath: /tmp
- name: var
  mountPath: /app/var
{{- end }}

{{/* Each pod's own: nothing in them is shared or outlives the pod. */}}
{{- define "advisor.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 512Mi
- name: var
  emptyDir:
    sizeLimit: 64Mi
{{- end }}
